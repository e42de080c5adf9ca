import { expect, test } from 'vitest';
import { withinVelocity } from '../../../src/core/placement/within-velocity.ts';
import type { Choice, PlacementProblem } from '../../../src/model/placement-problem.ts';
import type { MovePart } from '../../../src/model/rebalance-plan.ts';

const choice = (deployment: string, site: string, today: number, ratedRps = 10): Choice => {
  const pool = { name: `${site}/${deployment}`, site, market: 'on-demand', usdPerHour: 1 } as const;
  return { deployment, pool, units: 1, ratedRps, today, startupHours: 0 };
};
const problemOf = (...choices: readonly Choice[]): PlacementProblem => {
  const objective = { moveUsd: 0, paybackHours: 1 };
  return { places: [], choices, loads: [], rules: [], paidUsdPerHour: 0, objective };
};
const part = (kind: 'start' | 'stop', place: number, before: number, after: number): MovePart => {
  return { kind, choice: place, deployment: 'chat', site: 'left', before, after };
};
const weigh: MovePart = { kind: 'weigh', deployment: 'chat', before: { left: 100 }, after: { right: 100 } };

test.for<[string, readonly Choice[], readonly MovePart[], readonly string[]]>([
  ['a half is one slice', [choice('chat', 'left', 2), choice('chat', 'right', 2)], [part('stop', 0, 2, 0)], ['2->0']],
  [
    'more than a half is several, each of what is left then',
    [choice('chat', 'left', 6), choice('chat', 'right', 2)],
    [part('stop', 0, 6, 0)],
    ['6->2', '2->0'],
  ],
  [
    'what is started before counts',
    [choice('chat', 'left', 3), choice('chat', 'right', 0)],
    [part('start', 1, 0, 3), weigh, part('stop', 0, 3, 0)],
    ['0->3', 'weigh', '3->0'],
  ],
  [
    'what serves more counts more',
    [choice('chat', 'left', 3, 20), choice('chat', 'right', 2, 10)],
    [part('stop', 0, 3, 0)],
    ['3->1', '1->0'],
  ],
  [
    'another deployment has no part in it',
    [choice('chat', 'left', 3), choice('chat', 'right', 2), choice('embed', 'left', 10)],
    [part('stop', 0, 3, 0)],
    ['3->1', '1->0'],
  ],
  [
    'one that is too much by itself is left whole',
    [choice('chat', 'left', 1, 90), choice('chat', 'right', 1, 10)],
    [part('stop', 0, 1, 0)],
    ['1->0'],
  ],
])('%s', ([, choices, parts, slices]) => {
  const told = withinVelocity(problemOf(...choices), parts, () => true).map((each) =>
    each.kind === 'weigh' ? 'weigh' : `${each.before}->${each.after}`,
  );
  expect(told).toEqual(slices);
});

test('a deployment without a removal window goes as it was planned', () => {
  const problem = problemOf(choice('chat', 'left', 6), choice('chat', 'right', 2));
  expect(withinVelocity(problem, [part('stop', 0, 6, 0)], () => false)).toEqual([part('stop', 0, 6, 0)]);
});
