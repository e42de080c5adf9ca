import { expect, test } from 'vitest';
import { notIdle } from '../../../src/core/placement/idle.ts';
import { nowMs, siteView, view } from '../support/view.ts';

/** Ten requests in a second, where each of two sites has two ready replicas of ten. */
const seen = (change: Parameters<typeof view>[0] = {}) => {
  const sites = ['left', 'right'].map((name) => {
    const site = siteView(name, { wanted: 2 });
    return { ...site, placement: { ...site.placement, ratedRps: 10 } };
  });
  const traffic = { left: { windowMs: 1000, attempts: 10 }, right: { windowMs: 1000, attempts: 0 } };
  return view({ sites, traffic, ...change });
};

test.for([
  { name: 'is idle just below the share', given: seen(), below: 0.2501, because: [] },
  {
    name: 'is not at the share',
    given: seen(),
    below: 0.25,
    because: [{ code: 'NotIdle', message: 'chat serves 10 of 40 rps that are ready; idle is below 25 %' }],
  },
  {
    name: 'is not when nobody sees what users ask',
    given: seen({ traffic: null }),
    below: 1,
    because: [{ code: 'NotIdle', message: 'what users ask of chat now is not seen' }],
  },
  {
    name: 'is not when the gateway has counted for too short a time',
    given: seen({ traffic: { left: { windowMs: 999, attempts: 10 }, right: { windowMs: 999, attempts: 0 } } }),
    below: 1,
    because: [{ code: 'NotIdle', message: 'what users ask of chat now is not seen' }],
  },
  {
    name: 'is not when nothing is ready',
    given: seen({ sites: [], traffic: {} }),
    below: 1,
    because: [{ code: 'NotIdle', message: 'chat serves 0 of 0 rps that are ready; idle is below 100 %' }],
  },
])('$name', ({ given, below, because }) => {
  expect(notIdle(given, below, nowMs)).toEqual(because);
});
