import { expect, test } from 'vitest';
import { judgeTraffic } from '../../../src/core/detect/traffic.ts';
import type { SiteTraffic } from '../../../src/model/traffic-stats.ts';
import { detector, trafficOf } from '../support/view.ts';

const ejected = { replica: 'left-0', inFlight: 0, streaming: 0, ejected: true };
const serving = { ...ejected, replica: 'left-1', ejected: false };

test.for<{ name: string; change: Partial<SiteTraffic>; state: string }>([
  { name: 'good without failures', change: {}, state: 'good' },
  { name: 'unknown one attempt short of the minimum', change: { attempts: 9, failures: 9 }, state: 'unknown' },
  { name: 'bad with exactly the minimum, all failed', change: { attempts: 10, failures: 10 }, state: 'bad' },
  { name: 'good just under the share of failures', change: { attempts: 100, failures: 29 }, state: 'good' },
  { name: 'bad at the share of failures', change: { attempts: 100, failures: 30 }, state: 'bad' },
  { name: 'good just under the share of late ones', change: { attempts: 100, late: 42 }, state: 'good' },
  { name: 'slow at the share of late ones', change: { attempts: 70, late: 30 }, state: 'slow' },
  { name: 'slow when all wait and none has ended', change: { attempts: 0, late: 10 }, state: 'slow' },
  {
    name: 'bad when every replica is ejected, however few asked',
    change: { attempts: 1, replicas: [ejected] },
    state: 'bad',
  },
  { name: 'judged by its attempts when one replica serves', change: { replicas: [ejected, serving] }, state: 'good' },
  { name: 'not called ejected without replicas', change: { attempts: 0, replicas: [] }, state: 'unknown' },
])('traffic is $name', ({ change, state }) => {
  expect(judgeTraffic(trafficOf('left', change), detector).state).toBe(state);
});

test('without a limit for late ones a site is never slow, however many are', () => {
  const { trafficLateRatio, ...unlimited } = detector;
  const late = trafficOf('left', { attempts: 70, late: 70 });
  expect(trafficLateRatio).toBe(0.3);
  expect(judgeTraffic(late, detector).state).toBe('slow');
  expect(judgeTraffic(late, unlimited).state).toBe('good');
});

test('a site without statistics is unknown, and the message says so', () => {
  expect(judgeTraffic(undefined, detector)).toEqual({ state: 'unknown', message: 'no statistics' });
});

test('the message carries the values seen', () => {
  const { message } = judgeTraffic(trafficOf('left', { attempts: 40, failures: 30, late: 2 }), detector);
  expect(message).toBe('30 of 40 attempts failed, 2 late in 10 s');
});
