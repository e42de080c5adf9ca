import type { DrillSample } from '../../../../src/model/drill-run.ts';

/** Epoch milliseconds. */
export const faultAtMs = 10_000;

/** One sample a second from a second before the fault: how many of ten requests were lost in each, all begun as it ended. */
export function samples(...lostInEach: readonly number[]): readonly DrillSample[] {
  let lost = 0;
  let lostStartAtMs: number | undefined;
  return [0, ...lostInEach].map((each, index) => {
    lost += each;
    const atMs = faultAtMs - 1000 + index * 1000;
    if (each > 0) lostStartAtMs = atMs;
    return { atMs, ended: index * 10, open: 2, lost, lostStartAtMs, weights: {}, sites: [] };
  });
}
