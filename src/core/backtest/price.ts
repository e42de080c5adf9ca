/** What a replica costs over a span of time. */
import type { PricePoint, TracePool } from '../../model/trace.ts';

const hourMs = 3_600_000;

/** Dollars for one replica from one moment to another; the first point holds before it, too. */
export function costBetween(points: readonly PricePoint[], fromMs: number, untilMs: number): number {
  let usd = 0;
  for (const [index, { atMs, usdPerHour }] of points.entries()) {
    const begin = Math.max(fromMs, index === 0 ? Number.NEGATIVE_INFINITY : atMs);
    const end = Math.min(untilMs, points[index + 1]?.atMs ?? Number.POSITIVE_INFINITY);
    if (end > begin) usd += (usdPerHour * (end - begin)) / hourMs;
  }
  return usd;
}

/** Dollars an hour that are in force at a moment. */
export function priceAt(points: readonly PricePoint[], nowMs: number): number {
  return points.reduce((usd, each, index) => (index === 0 || each.atMs <= nowMs ? each.usdPerHour : usd), 0);
}

/** By pool: what pools are compared by, their prices when all have one, replica-hours otherwise. */
export function yardsticks(pools: readonly TracePool[]): (pool: number) => readonly PricePoint[] {
  const isPriced = pools.every(({ price }) => price !== undefined);
  return (pool) => (isPriced ? pools[pool]?.price?.points : undefined) ?? replicaHours;
}

const replicaHours: readonly PricePoint[] = [{ atMs: 0, usdPerHour: 1 }];
