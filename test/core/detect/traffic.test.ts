import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeTraffic } from '../../../src/core/detect/traffic.ts';
import type { Expression } from '../../../src/model/expression.ts';
import { limitOn } from '../../../src/model/limits.ts';
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

const [bad, late] = [limitOn('errorRate', '>=', 0.3), limitOn('lateRate', '>=', 0.3)];
const slow = limitOn('ttft.p95', '>', 400);
const written = (kind: 'all' | 'any', ...of: readonly Expression[]): Expression => ({ kind, text: 'it', of });
/** 100 that ended, 40 of them badly; 50 that are late; half had their first token in 200 ms, all but one in twenty in 500 ms. */
const poor = { attempts: 100, failures: 40, late: 50, firstTokenP50Ms: 200, firstTokenP95Ms: 500 };

test.for<{ name: string; when: readonly Expression[]; over?: Partial<SiteTraffic>; state: string }>([
  { name: 'bad for errors before it is slow', when: [late, bad], state: 'bad' },
  { name: 'slow without a limit of errors', when: [late], state: 'slow' },
  { name: 'good without a limit of late ones', when: [bad], over: { failures: 0 }, state: 'good' },
  { name: 'slow when first tokens are', when: [bad, slow], over: { failures: 0 }, state: 'slow' },
  { name: 'good with first tokens at their limit', when: [slow], over: { firstTokenP95Ms: 400 }, state: 'good' },
  { name: 'slow by half of them', when: [limitOn('ttft.p50', '>=', 200)], state: 'slow' },
  { name: 'unknown without any first token', when: [slow], over: { firstTokenP95Ms: undefined }, state: 'unknown' },
  { name: 'bad whatever else is unknown', when: [slow, bad], over: { firstTokenP95Ms: undefined }, state: 'bad' },
  { name: 'slow though what errors there are is not known', when: [bad, late], over: { attempts: 0 }, state: 'slow' },
  { name: 'unknown when nothing has ended', when: [bad], over: { attempts: 0 }, state: 'unknown' },
  { name: 'bad for errors and times together', when: [written('all', bad, slow)], state: 'bad' },
  { name: 'good when one of two is so', when: [written('all', bad, slow)], over: { failures: 0 }, state: 'good' },
  {
    name: 'slow for the one of two that is so',
    when: [written('any', bad, slow)],
    over: { failures: 0 },
    state: 'slow',
  },
  { name: 'bad for the worse of two that are so', when: [written('any', slow, bad)], state: 'bad' },
])('with limits of its own traffic is $name', ({ when, over = {}, state }) => {
  const site = trafficOf('left', { ...poor, ...over });
  expect(judgeTraffic(site, { ...detector, unhealthyWhen: when }).state).toBe(state);
});

test('two shares of one number mean what the one number meant', () => {
  const figures = fc.record({
    attempts: fc.integer({ min: 0, max: 40 }),
    failed: fc.integer({ min: 0, max: 40 }),
    late: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(figures, ({ attempts, failed, late: waiting }) => {
      const failures = Math.min(attempts, failed);
      const judged = attempts + waiting;
      const isBad = failures / Math.max(1, attempts) >= 0.3;
      const meant = judged < 10 ? 'unknown' : isBad ? 'bad' : waiting / judged >= 0.3 ? 'slow' : 'good';
      expect(judgeTraffic(trafficOf('left', { attempts, failures, late: waiting }), detector).state).toBe(meant);
    }),
  );
});

test('a site without statistics is unknown, and the message says so', () => {
  expect(judgeTraffic(undefined, detector)).toEqual({ state: 'unknown', message: 'no statistics' });
});

test('the message carries the values seen', () => {
  const { message } = judgeTraffic(trafficOf('left', { attempts: 40, failures: 30, late: 2 }), detector);
  expect(message).toBe('30 of 40 attempts failed, 2 late in 10 s');
});

test('the message carries the first-token time that makes a site slow', () => {
  const policy = { ...detector, unhealthyWhen: [bad, slow] };
  const { message } = judgeTraffic(trafficOf('left', { attempts: 40, firstTokenP95Ms: 1200 }), policy);
  expect(message).toBe('0 of 40 attempts failed, 0 late in 10 s, first token p95 1.2s');
});
