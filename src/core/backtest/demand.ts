/** How many replicas are wanted when. */
import type { Demand, ServedSpan } from '../../model/backtest.ts';

/** At a moment. */
export function wantedAt({ wanted, demand }: Demand, nowMs: number): number {
  return demand?.findLast(({ atMs }) => atMs <= nowMs)?.replicas ?? wanted;
}

/** The moments at which it changes. */
export function demandTimes({ demand = [] }: Demand): readonly number[] {
  return demand.map(({ atMs }) => atMs);
}

/** The sum over time of what a span comes to, by how many served and how many were wanted; in milliseconds times that. */
export function sumOver(
  served: readonly ServedSpan[],
  demand: Demand,
  of: (replicas: number, wanted: number) => number,
): number {
  let sum = 0;
  for (const { fromMs, untilMs, replicas } of served) {
    const inside = demandTimes(demand).filter((atMs) => fromMs < atMs && atMs < untilMs);
    const times = [fromMs, ...inside, untilMs];
    for (const [index, atMs] of times.slice(0, -1).entries())
      sum += of(replicas, wantedAt(demand, atMs)) * ((times[index + 1] ?? untilMs) - atMs);
  }
  return sum;
}
