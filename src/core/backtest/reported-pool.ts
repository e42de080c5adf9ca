/** A pool as the report names it. */
import type { BacktestPool } from '../../model/backtest.ts';
import type { TracePool } from '../../model/trace.ts';

/** How many machines there were at most, how many were taken, and what was declared of its price, and from when on. */
export function reportedPool(
  { site, machine, market, nodes, price, isAssumed }: TracePool,
  endMs: number,
): BacktestPool {
  const assumedForMs = Math.min(price?.points[0]?.atMs ?? 0, endMs);
  const usd = (price?.points ?? []).map(({ usdPerHour }) => usdPerHour);
  return {
    ...{ site, machine, market, isAssumed, mostNodes: mostAtOnce(nodes) },
    taken: nodes.filter(({ untilMs }) => untilMs < endMs).length,
    ...(price === undefined
      ? {}
      : {
          price: {
            ...{ fromUsd: Math.min(...usd), toUsd: Math.max(...usd), source: price.source, asOf: price.asOf },
            ...(assumedForMs === 0 ? {} : { assumedForMs }),
          },
        }),
  };
}

function mostAtOnce(nodes: TracePool['nodes']): number {
  const steps = nodes.flatMap(({ fromMs, untilMs }) => [
    { atMs: fromMs, by: 1 },
    { atMs: untilMs, by: -1 },
  ]);
  let [count, most] = [0, 0];
  for (const { by } of steps.sort((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
}
