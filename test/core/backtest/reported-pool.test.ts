import { expect, test } from 'vitest';
import { reportedPool } from '../../../src/core/backtest/reported-pool.ts';

const nodes = [
  { name: 'a', fromMs: 0, untilMs: 10 },
  { name: 'b', fromMs: 5, untilMs: 20 },
  { name: 'c', fromMs: 10, untilMs: 30 },
];

test('counts machines at once, one for another in the same moment as one', () => {
  const pool = { site: 'east', machine: 'g5', market: 'spot', nodes, isAssumed: false } as const;
  expect(reportedPool(pool, 30)).toEqual({
    ...{ site: 'east', machine: 'g5', market: 'spot', isAssumed: false, mostNodes: 2, taken: 2 },
  });
  const points = [
    { atMs: 0, usdPerHour: 2 },
    { atMs: 5, usdPerHour: 1 },
  ];
  const price = { points, source: 'price page', asOf: '2026-11-28' };
  expect(reportedPool({ ...pool, price }, 30).price).toEqual({
    ...{ fromUsd: 1, toUsd: 2, source: 'price page', asOf: '2026-11-28' },
  });
});

test.for([
  { name: 'from the begin', atMs: 0, assumedForMs: undefined },
  { name: 'a moment later', atMs: 1, assumedForMs: 1 },
  { name: 'only after what is replayed', atMs: 40, assumedForMs: 30 },
])('a price that is known $name', ({ atMs, assumedForMs }) => {
  const price = { points: [{ atMs, usdPerHour: 2 }], source: 'price page', asOf: '2026-11-28' };
  const pool = { site: 'east', machine: 'g5', market: 'spot', nodes, isAssumed: false, price } as const;
  expect(reportedPool(pool, 30).price?.assumedForMs).toBe(assumedForMs);
});
