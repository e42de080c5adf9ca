/**
 * Accrual detector on first-token times: how improbable the newest ones are, given the ones before.
 * Hayashibara et al., "The φ accrual failure detector", SRDS 2004; here over log-normal times, as latencies are.
 */
import type { Observation } from '../../model/observation.ts';

/** Fewer earlier times than this make no distribution. */
const minimumBaseline = 8;
/** The newest times whose median is judged, so that one slow answer says nothing. */
const recentCount = 3;
/** Log-space spread never below this: a very steady server would make every jitter improbable. */
const leastSigma = 0.2;

/** φ = −log10 P(a time this long or longer); undefined while there are too few times. */
export function phiOf(history: readonly Observation[]): number | undefined {
  const times: number[] = [];
  for (const { outcome, firstTokenMs } of history)
    if (outcome !== 'unknown' && firstTokenMs !== undefined) times.push(firstTokenMs);
  if (times.length < minimumBaseline + recentCount) return undefined;
  const logs = times.map((each) => Math.log(Math.max(1, each)));
  const recent = logs.slice(-recentCount).sort((a, b) => a - b);
  const baseline = logs.slice(0, -recentCount);
  const median = recent[Math.floor(recentCount / 2)] ?? 0;
  const mean = baseline.reduce((sum, each) => sum + each, 0) / baseline.length;
  const variance = baseline.reduce((sum, each) => sum + (each - mean) ** 2, 0) / baseline.length;
  return -Math.log10(upperTail((median - mean) / Math.max(leastSigma, Math.sqrt(variance))));
}

/** P(Z ≥ z) of the standard normal; logistic approximation, error below 0.0002 (Bowling et al. 2009, eq. 3). */
function upperTail(z: number): number {
  return 1 / (1 + Math.exp(0.07056 * z ** 3 + 1.5976 * z));
}
