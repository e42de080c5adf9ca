import { describe, expect, test } from 'vitest';
import { baselinesOf } from '../../../src/core/backtest/baselines.ts';
import { figuresOf, movesOf } from '../../../src/core/backtest/figures.ts';
import { optimumOf } from '../../../src/core/backtest/optimum.ts';
import { replay } from '../../../src/core/backtest/replay.ts';
import type { Run } from '../../../src/model/backtest.ts';
import type { Trace } from '../../../src/model/trace.ts';

const minute = 60_000;

/**
 * Ten hours, one replica wanted, five minutes from a start until it serves.
 * East: a machine for the first four hours at $1.20, and another from the sixth hour on, which costs $2.40 from the eighth on.
 * West: one machine from hour two to hour seven at $1.80. On demand: always there, $6.00.
 */
const trace: Trace = {
  endMs: 600 * minute,
  pools: [
    {
      ...{ site: 'east', machine: 'g', market: 'spot', isAssumed: false },
      nodes: [
        { name: 'e1', fromMs: 0, untilMs: 240 * minute },
        { name: 'e2', fromMs: 360 * minute, untilMs: 600 * minute },
      ],
      price: {
        points: [
          { atMs: 0, usdPerHour: 1.2 },
          { atMs: 480 * minute, usdPerHour: 2.4 },
        ],
        ...{ source: 'by hand', asOf: '2026-11-28' },
      },
    },
    {
      ...{ site: 'west', machine: 'g', market: 'spot', isAssumed: false },
      nodes: [{ name: 'w1', fromMs: 120 * minute, untilMs: 420 * minute }],
      price: { points: [{ atMs: 0, usdPerHour: 1.8 }], source: 'by hand', asOf: '2026-11-28' },
    },
    {
      ...{ site: 'north', machine: 'g', market: 'on-demand', isAssumed: true },
      nodes: [{ name: 'o1', fromMs: 0, untilMs: 600 * minute }],
      price: { points: [{ atMs: 0, usdPerHour: 6 }], source: 'by hand', asOf: '2026-11-28' },
    },
  ],
};
const terms = { wanted: 1, startupMs: 5 * minute };

function rowsOf(given: Trace): ReturnType<typeof figuresOf>[] {
  const played = [...baselinesOf(given).map((each) => replay(given, each, terms)), optimumOf(given, terms)];
  return played.map((each) => figuresOf(each, given, terms));
}

describe('a case computed by hand', () => {
  const [onDemand, east, west, roundRobin, optimum] = rowsOf(trace);

  test('on-demand only lacks its first start-up and pays for everything', () => {
    // 595 of 600 minutes; 10 h × $6.00.
    expect(onDemand).toMatchObject({ servedRatio: 595 / 600, downRatio: 5 / 600, starts: 1, moves: 0, taken: 0 });
    expect(onDemand?.costUsd).toBeCloseTo(60, 9);
  });

  test('spot in the east alone starts twice, and is down for two hours in between', () => {
    // 4 h and 4 h less 5 min each; 4 h × $1.20, then 2 h × $1.20 and 2 h × $2.40.
    expect(east).toMatchObject({ servedRatio: (235 + 235) / 600, starts: 2, moves: 0, taken: 1 });
    expect(east?.costUsd).toBeCloseTo(4.8 + 2.4 + 4.8, 9);
  });

  test('spot in the west alone serves while there is a machine', () => {
    expect(west).toMatchObject({ servedRatio: 295 / 600, starts: 1, moves: 0, taken: 1 });
    expect(west?.costUsd).toBeCloseTo(5 * 1.8, 9);
  });

  test('round robin goes west when the east is gone, and back when the west is', () => {
    // East 0:00 to 4:00, west 4:00 to 7:00, east 7:00 to 10:00: each five minutes late.
    expect(roundRobin).toMatchObject({ servedRatio: (235 + 175 + 175) / 600, starts: 3, moves: 2, taken: 2 });
    expect(roundRobin?.costUsd).toBeCloseTo(4 * 1.2 + 3 * 1.8 + (1 * 1.2 + 2 * 2.4), 9);
  });

  test('who knew it all pays a start-up before each move, and is never down for one', () => {
    // East to 4:00. West from 3:55 on, until the second machine in the east, started at 6:00, serves at 6:05.
    expect(optimum).toMatchObject({ servedRatio: 595 / 600, fullRatio: 595 / 600, starts: 3, moves: 2, taken: 1 });
    expect(optimum?.costUsd).toBeCloseTo(4 * 1.2 + (130 / 60) * 1.8 + (2 * 1.2 + 2 * 2.4), 9);
  });
});

test('without a price nothing is said of cost, and replica-hours are least instead', () => {
  const pools = trace.pools.map((each) => ({ ...each, price: undefined }));
  const optimum = rowsOf({ ...trace, pools }).at(-1);
  expect(optimum).toMatchObject({ costUsd: undefined, replicaHours: 10, starts: 1, servedRatio: 595 / 600 });
});

test('a replica that takes over elsewhere is a move, one that comes back at the same place is none', () => {
  const run = (pool: number, fromMs: number, untilMs: number, end: Run['end']): Run => {
    return { pool, fromMs, readyMs: fromMs, untilMs, end };
  };
  const runs = [run(0, 0, 10, 'taken'), run(0, 0, 50, 'taken'), run(1, 10, 99, 'end'), run(0, 50, 99, 'end')];
  expect(movesOf(runs, 2)).toBe(1);
});

test('what is not wanted any more is given back, and counts neither for nor against', () => {
  // Two wanted for the first hour, none for the second, one from then on; two machines that are always there, $1 each.
  const nodes = ['a', 'b'].map((name) => ({ name, fromMs: 0, untilMs: 600 * minute }));
  const price = { points: [{ atMs: 0, usdPerHour: 1 }], source: 'by hand', asOf: '2026-11-28' };
  const given: Trace = {
    endMs: 600 * minute,
    pools: [{ site: 'east', machine: 'g', market: 'spot', isAssumed: false, nodes, price }],
  };
  const demand = [
    { atMs: 0, replicas: 2 },
    { atMs: 60 * minute, replicas: 0 },
    { atMs: 120 * minute, replicas: 1 },
  ];
  const own = { wanted: 2, demand, startupMs: 5 * minute };
  const [only] = baselinesOf(given).map((each) => figuresOf(replay(given, each, own), given, own));
  // 2 × 60 + 480 minutes wanted; each start lacks five of them. 2 h and 8 h are paid.
  expect(only).toMatchObject({ servedRatio: (2 * 55 + 475) / (2 * 60 + 480), downRatio: 10 / 600, starts: 3 });
  expect(only?.fullRatio).toBe((55 + 60 + 475) / 600);
  expect(only?.costUsd).toBeCloseTo(2 + 8, 9);
  // Who knows it starts the third five minutes early.
  const best = figuresOf(optimumOf(given, own), given, own);
  expect(best.servedRatio).toBe((2 * 55 + 480) / (2 * 60 + 480));
  expect(best.costUsd).toBeCloseTo(2 + 8 + 5 / 60, 9);
});

describe('what has no room', () => {
  const always = (site: string, count: number, usd: readonly number[]): Trace['pools'][number] => ({
    ...{ site, machine: 'g', market: 'on-demand', isAssumed: true },
    nodes: Array.from({ length: count }, (_, index) => ({
      name: `${site}-${index}`,
      fromMs: 0,
      untilMs: 600 * minute,
    })),
    price: {
      points: usd.map((usdPerHour, index) => ({ atMs: index * 300 * minute, usdPerHour })),
      ...{ source: 'by hand', asOf: '2026-11-28' },
    },
  });

  test('of on-demand machines the cheaper is taken first, and what it lacks from the dearer', () => {
    const given = { endMs: 600 * minute, pools: [always('dear', 3, [3]), always('cheap', 1, [2, 9])] };
    const [only] = baselinesOf(given).map((each) => replay(given, each, { wanted: 2, startupMs: 5 * minute }));
    expect(only?.runs.map(({ pool }) => pool)).toEqual([1, 0]);
    // Five hours at $2 and five at $9, beside ten at $3.
    expect(figuresOf(only ?? { runs: [], served: [] }, given, { wanted: 2 }).costUsd).toBeCloseTo(10 + 45 + 30, 9);
  });

  test('round robin takes what there is, and goes on where it stopped', () => {
    const wanted = 5;
    const [, , , robin] = baselinesOf(trace);
    const played = robin && replay(trace, robin, { ...terms, wanted });
    // East has one at first; west has one from the second hour on; east one more from the sixth.
    expect(played?.runs.map(({ pool, fromMs }) => [pool, fromMs / minute])).toEqual([
      [0, 0],
      [1, 120],
      [0, 360],
    ]);
  });
});
