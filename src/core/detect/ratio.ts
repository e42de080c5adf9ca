/** The share of bad answers in a window: catches what fails often without failing in a row. */
import type { Observation } from '../../model/observation.ts';
import type { DetectorPolicy } from '../../model/policy.ts';

/**
 * 0–1, or undefined with fewer than `minimumSamples` answers inside (nowMs − windowMs, nowMs]. `count`: of the first so
 * many alone.
 */
export function badRatioOf(
  history: readonly Observation[],
  { windowMs, minimumSamples }: Pick<DetectorPolicy, 'windowMs' | 'minimumSamples'>,
  nowMs: number,
  count = history.length,
): number | undefined {
  let good = 0;
  let bad = 0;
  for (let index = count - 1; index >= 0; index -= 1) {
    const each = history[index];
    if (each === undefined || each.atMs <= nowMs - windowMs) break;
    if (each.outcome === 'good') good += 1;
    if (each.outcome === 'bad') bad += 1;
  }
  return good + bad < minimumSamples ? undefined : bad / (good + bad);
}
