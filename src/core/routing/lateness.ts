/** How long is too long for a first byte, judged by what the deployment usually takes. */

/** Bucket n holds times up to 1 ms × growth^n: 10 % resolution from a millisecond to beyond ten minutes. */
const growth = 1.1;
const buckets = 150;
/** Times in all before the distribution is believed. */
const minimumSamples = 50;
/** Every so many times all counts are halved, so that last week does not judge today. */
const halveAfter = 4000;

/** Never called late before this, milliseconds. */
const floorMs = 100;
/** Late is this many times the usual 95th percentile: one in 300 for log-normal times with sigma 1. */
const factor = 3;

/** A decaying histogram; `limitMs` is read for every request, so it is kept ready. */
export interface Lateness {
  learn(firstByteMs: number): void;
  /** Milliseconds; `ceilingMs` before enough was seen, and never above it. */
  limitMs(ceilingMs: number): number;
}

export function createLateness(): Lateness {
  const counts = new Float64Array(buckets);
  let total = 0;
  let untilHalved = halveAfter;
  let untilRead = minimumSamples;
  let p95Ms: number | undefined;
  return {
    learn(firstByteMs) {
      const index = Math.min(
        buckets - 1,
        Math.max(0, Math.ceil(Math.log(Math.max(1, firstByteMs)) / Math.log(growth))),
      );
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
      untilHalved -= 1;
      untilRead -= 1;
      if (untilHalved <= 0) {
        for (let each = 0; each < buckets; each += 1) counts[each] = (counts[each] ?? 0) / 2;
        total /= 2;
        untilHalved = halveAfter;
      }
      if (untilRead > 0) return;
      untilRead = 16;
      p95Ms = percentile(counts, total, 0.95);
    },
    limitMs: (ceilingMs) => (p95Ms === undefined ? ceilingMs : Math.min(ceilingMs, Math.max(floorMs, factor * p95Ms))),
  };
}

function percentile(counts: Float64Array, total: number, share: number): number {
  let below = 0;
  for (let index = 0; index < buckets; index += 1) {
    below += counts[index] ?? 0;
    if (below >= total * share) return growth ** index;
  }
  return growth ** buckets;
}
