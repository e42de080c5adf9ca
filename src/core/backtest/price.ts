/** What a replica costs over a span of time. */
import type { PricePoint, PriceSeries, TracePool } from '../../model/trace.ts';

const hourMs = 3_600_000;

/** Dollars for one replica from one moment to another. */
export function costBetween({ points }: Pick<PriceSeries, 'points'>, fromMs: number, untilMs: number): number {
  let usd = 0;
  for (const [index, { atMs, usdPerHour }] of points.entries()) {
    const begin = Math.max(fromMs, index === 0 ? Number.NEGATIVE_INFINITY : atMs);
    const end = Math.min(untilMs, points[index + 1]?.atMs ?? Number.POSITIVE_INFINITY);
    if (end > begin) usd += (usdPerHour * (end - begin)) / hourMs;
  }
  return usd;
}

/** In force at a moment. */
export function priceAt({ points }: Pick<PriceSeries, 'points'>, nowMs: number): number {
  return (points.findLast(({ atMs }) => atMs <= nowMs) ?? points[0])?.usdPerHour ?? 0;
}

/** What pools are compared by: their prices when all have one, replica-hours otherwise. */
export function yardsticks(pools: readonly TracePool[]): readonly Pick<PriceSeries, 'points'>[] {
  const priced = pools.flatMap(({ price }) => price ?? []);
  return priced.length === pools.length ? priced : pools.map(() => ({ points: perHour }));
}

const perHour: readonly PricePoint[] = [{ atMs: 0, usdPerHour: 1 }];
