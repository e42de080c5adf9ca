import type { Backtest, BacktestRow } from '../../../src/model/backtest.ts';

/** Ten hours, two replicas, three rows; `name`: of the first pool's site, which may be anything. */
export function someBacktest(name = 'east', own: Partial<BacktestRow> = {}): Backtest {
  const figures = { replicaHours: 20, starts: 4, moves: 1, taken: 2 };
  const served = [
    { fromMs: 0, untilMs: 300_000, replicas: 0 },
    { fromMs: 300_000, untilMs: 18_000_000, replicas: 2 },
    { fromMs: 18_000_000, untilMs: 36_000_000, replicas: 1 },
  ];
  return {
    ...{ endMs: 36_000_000, wanted: 2, startupMs: 300_000 },
    pools: [
      {
        ...{ site: name, machine: 'g5', market: 'spot', mostNodes: 3, taken: 5, isAssumed: false },
        price: { fromUsd: 1, toUsd: 1.505, source: 'price page', asOf: '2026-11-28' },
      },
      { site: 'anywhere', machine: 'any', market: 'on-demand', mostNodes: 4, taken: 0, isAssumed: true },
    ],
    rows: [
      {
        ...{
          name: 'godwit',
          kind: 'engine',
          servedRatio: 0.74321,
          fullRatio: 0.5,
          downRatio: 0.00001,
          costUsd: 21.456,
        },
        ...{ ...figures, served, violations: [], ...own },
      },
      {
        ...{ name: `spot only, ${name}`, kind: 'baseline', servedRatio: 0.6, fullRatio: 0.4, downRatio: 0.1 },
        ...{ ...figures, costUsd: undefined, served },
      },
      {
        ...{
          name: 'clairvoyant optimum',
          kind: 'optimum',
          servedRatio: 0.999999,
          fullRatio: 1,
          downRatio: 0,
          costUsd: 20,
        },
        ...{ ...figures, served },
      },
    ],
  };
}
