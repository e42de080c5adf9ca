import { expect, test } from 'vitest';
import { siteMoves } from '../../../src/core/placement/site-moves.ts';
import { gainOf, worthOf } from '../../../src/core/placement/worth.ts';
import type { Market } from '../../../src/model/error-verdict.ts';
import type { MovePart, RebalanceOutcome } from '../../../src/model/rebalance-plan.ts';

const part = (kind: 'start' | 'stop', site: string, before: number, after: number, choice = 0): MovePart => {
  return { kind, choice, deployment: 'chat', site, before, after };
};
const weigh: MovePart = { kind: 'weigh', deployment: 'chat', before: { left: 100 }, after: { right: 100 } };
const today: Readonly<Record<string, number>> = { 'chat/left': 3, 'chat/right': 1 };

const told = (parts: readonly MovePart[]) =>
  siteMoves(parts, (deployment, site) => ({ replicas: today[`${deployment}/${site}`] ?? 0 })).map((move) =>
    move.kind === 'weigh' ? 'weigh' : `${move.site} ${move.before}->${move.after}`,
  );

test.for<[string, readonly MovePart[], readonly string[]]>([
  ['nothing', [], []],
  [
    'starts, then moves, then stops',
    [part('start', 'right', 1, 2), weigh, part('stop', 'left', 3, 0)],
    ['right 1->2', 'weigh', 'left 3->0'],
  ],
  [
    'slices of one site in their places',
    [
      part('start', 'right', 1, 2),
      part('stop', 'left', 3, 2),
      part('start', 'right', 2, 3),
      part('stop', 'left', 2, 0),
    ],
    ['right 1->2', 'left 3->2', 'right 2->3', 'left 2->0'],
  ],
  [
    'two markets of a site are one number',
    [part('start', 'right', 0, 1, 1), part('start', 'right', 1, 2, 2)],
    ['right 1->2', 'right 2->3'],
  ],
  [
    'another market for the same number is nothing to do',
    [part('start', 'left', 0, 2, 1), part('stop', 'left', 3, 1, 0)],
    [],
  ],
  [
    'one market for another and one replica less is one less',
    [part('start', 'left', 0, 1, 1), part('stop', 'left', 3, 1, 0)],
    ['left 3->2'],
  ],
  [
    'one market for another and one replica more is one more',
    [part('start', 'left', 0, 3, 1), part('stop', 'left', 3, 1, 0)],
    ['left 3->4'],
  ],
])('%s', ([, parts, moves]) => {
  expect(told(parts)).toEqual(moves);
});

test('where markets can be asked for each change is one of its market, in the order of the plan', () => {
  const at = (kind: 'start' | 'stop', market: Market, before: number, after: number): MovePart => {
    return { kind, choice: 0, deployment: 'chat', site: 'left', market, before, after };
  };
  const parts = [at('start', 'spot', 1, 3), weigh, at('stop', 'on-demand', 2, 1)];
  const moves = siteMoves(parts, () => ({ replicas: 3, byMarket: { 'on-demand': 2, spot: 1 } }));
  const [two, four, one] = [
    { 'on-demand': 2, spot: 1 },
    { 'on-demand': 2, spot: 3 },
    { 'on-demand': 1, spot: 3 },
  ];
  const scale = { kind: 'scale', deployment: 'chat', site: 'left' };
  expect(moves).toEqual([
    { ...scale, before: 3, after: 5, markets: { before: two, after: four } },
    weigh,
    { ...scale, before: 5, after: 4, markets: { before: four, after: one } },
  ]);
});

/** A quarter of what traffic costs is egress. */
const cost = (capacity: number, traffic = 0, moves = 0) => {
  return { capacity, egress: traffic / 4, latency: (traffic * 3) / 4, moves };
};
const change = { deployment: 'chat', site: 'left', weight: { before: 1, after: 0 }, replicas: { before: 1, after: 0 } };
const plan: Extract<RebalanceOutcome, { kind: 'plan' }> = {
  ...{ kind: 'plan', allocation: { replicas: [], weights: {} }, bound: 0, gap: 0, binding: [], mends: [], parts: [] },
  ...{ today: cost(12, 2), cost: cost(8, 1, 0.5), changes: [change] },
};

test('what is gained is what is paid less from hour to hour, without what the moves cost', () => {
  expect(gainOf(plan)).toBe(4.5);
});

test.for<[string, Partial<typeof plan>, number, string]>([
  ['gains as much as it must', {}, 4.5, 'gains'],
  ['gains a little less', {}, 4.51, 'gains-too-little'],
  ['gains nothing', { cost: plan.today }, 0, 'gains-too-little'],
  ['changes nothing', { changes: [] }, 0, 'best-as-it-is'],
  ['costs more and mends a rule', { cost: cost(20), mends: [{ name: 'demand', says: '', path: [] }] }, 4, 'mends'],
])('a plan that %s', ([, over, minimum, worth]) => {
  expect(worthOf({ ...plan, ...over }, minimum)).toBe(worth);
});
