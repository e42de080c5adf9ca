/** Counts what a way of placing replicas came to: the same arithmetic for every row. */
import type { BacktestFigures, Demand, Played, Run } from '../../model/backtest.ts';
import type { Trace } from '../../model/trace.ts';
import { sumOver } from './demand.ts';
import { costBetween } from './price.ts';

const hourMs = 3_600_000;

/** Of what somebody wanted. */
export function figuresOf({ runs, served }: Played, { pools, endMs }: Trace, demand: Demand): BacktestFigures {
  const share = (of: (replicas: number, wanted: number) => number): number => sumOver(served, demand, of) / endMs;
  return {
    servedRatio: share((replicas, wanted) => Math.min(replicas, wanted)) / share((_, wanted) => wanted),
    fullRatio: share((replicas, wanted) => (replicas >= wanted ? 1 : 0)),
    downRatio: share((replicas, wanted) => (replicas > 0 || wanted === 0 ? 0 : 1)),
    costUsd: costOf(runs, pools),
    replicaHours: runs.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0) / hourMs,
    starts: runs.length,
    moves: movesOf(runs, demand.wanted),
    taken: runs.filter(({ end }) => end === 'taken').length,
  };
}

/** Start-ups are paid like the rest; undefined when a pool that was used has no price. */
function costOf(runs: readonly Run[], pools: Trace['pools']): number | undefined {
  let usd = 0;
  for (const { pool, fromMs, untilMs } of runs) {
    const price = pools[pool]?.price;
    if (price === undefined) return undefined;
    usd += costBetween(price.points, fromMs, untilMs);
  }
  return usd;
}

/**
 * After the first `wanted` starts, the n-th replica to be ready takes the place of the n-th that ended: a move when that was
 * in another pool.
 */
export function movesOf(runs: readonly Run[], wanted: number): number {
  const heirs = runs.toSorted((a, b) => a.readyMs - b.readyMs || a.pool - b.pool).slice(wanted);
  const ended = runs.filter(({ end }) => end !== 'end').sort((a, b) => a.untilMs - b.untilMs || a.pool - b.pool);
  return heirs.filter(({ pool }, index) => (ended[index]?.pool ?? pool) !== pool).length;
}
