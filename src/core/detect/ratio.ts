/** The share of bad answers in a window: catches what fails often without failing in a row. */
import type { Observation } from '../../model/observation.ts';

/** 0–1, or undefined with fewer than `minimumSamples` answers inside (nowMs − windowMs, nowMs]. */
export function badRatioOf(
  history: readonly Observation[],
  windowMs: number,
  minimumSamples: number,
  nowMs: number,
): number | undefined {
  let good = 0;
  let bad = 0;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const each = history[index];
    if (each === undefined || each.atMs <= nowMs - windowMs) break;
    if (each.outcome === 'good') good += 1;
    if (each.outcome === 'bad') bad += 1;
  }
  return good + bad < minimumSamples ? undefined : bad / (good + bad);
}
