/** Times in buckets that grow by a fixed ratio: percentiles within 1 % (the largest is exact), whatever their number. */
import type { Percentiles } from '../model/load.ts';

export interface Histogram {
  /** Milliseconds; below 0.01 counts as 0.01. */
  add(ms: number): void;
  /** `longer`: how many more there are, of which is known only that they took longer than all of these: a percentile that falls on them is undefined. */
  percentiles(longer?: number): Percentiles;
}

const smallestMs = 0.01;
/** The middle of a bucket, by ratio, is within 1 % of all that is in it. */
const ratio = 1.02;
/** Up to 28 hours; what is more counts as that. */
const buckets = Math.ceil(Math.log(1e8 / smallestMs) / Math.log(ratio)) + 1;

export function createHistogram(): Histogram {
  const counts = new Uint32Array(buckets);
  let total = 0;
  let max = 0;
  /** Nearest rank. */
  const percentile = (share: number, longer: number): number | undefined => {
    const rank = Math.ceil(share * (total + longer));
    if (rank > total) return undefined;
    let seen = 0;
    const bucket = counts.findIndex((count) => {
      seen += count;
      return seen >= rank;
    });
    return Math.min(max, smallestMs * ratio ** (bucket + 0.5));
  };
  return {
    add(ms) {
      const bucket = Math.floor(Math.log(Math.max(ms, smallestMs) / smallestMs) / Math.log(ratio));
      const index = Math.min(buckets - 1, bucket);
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
      max = Math.max(max, ms);
    },
    percentiles(longer = 0) {
      if (total === 0) return { p50: undefined, p95: undefined, p99: undefined, max: undefined };
      const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(share, longer));
      return { p50, p95, p99, max: longer === 0 ? max : undefined };
    },
  };
}
