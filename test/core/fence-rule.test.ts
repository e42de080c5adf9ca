import { expect, test } from 'vitest';
import { checkStep } from '../../src/core/safety.ts';
import type { Step } from '../../src/model/plan.ts';
import { nowMs, planOf, siteView, view } from './support/view.ts';

const fence: Step = { kind: 'fence', name: '4-fence left', site: 'left', deadlineMs: 1000 };
const unproven = siteView('right', { all: { state: 'unknown' } });

test.for([
  { name: 'the weights it is for are in force', weights: { left: 0, right: 100 }, codes: [] },
  {
    name: 'somebody gave the traffic back meanwhile (I8)',
    weights: { left: 100, right: 0 },
    codes: ['TargetNotProven'],
  },
])('a fence to a site that is not proven, while $name: $codes', ({ weights, codes }) => {
  const seen = view({ weights, sites: [siteView('left'), unproven] });
  expect(checkStep(seen, planOf(), fence, nowMs).map(({ code }) => code)).toEqual(codes);
});

test('a fence that moves to a site that is proven is allowed', () => {
  expect(checkStep(view({ weights: { left: 100, right: 0 } }), planOf(), fence, nowMs)).toEqual([]);
});
