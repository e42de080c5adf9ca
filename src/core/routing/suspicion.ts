/**
 * A sequential test on one replica's answers: is "late or failed" still the rare event it should be?
 * Page, "Continuous inspection schemes", Biometrika 1954: the sum of log likelihood ratios, never below 0.
 */

/** Share of late or failed answers of a healthy replica; the lateness limit is set so that it lies well below. */
const healthyShare = 0.02;
/** The share worth acting on. */
const brokenShare = 0.5;
const badStep = Math.log(brokenShare / healthyShare);
const goodStep = Math.log((1 - brokenShare) / (1 - healthyShare));

/** Four bad answers in a row, or many among good ones. A false alarm is expected once in e^12 answers, about 160,000. */
const threshold = 12;
/** With the controller's own probes against the replica one bad answer is enough: two witnesses. */
const suspectThreshold = 3;

/** Bad answers in a row, and nothing else known, that convict a replica. */
export const answersToConvict = Math.ceil(threshold / badStep);

/** The sum after one more answer. */
export function afterAnswer(sum: number, isBad: boolean): number {
  return Math.max(0, sum + (isBad ? badStep : goodStep));
}

/** Whether the sum is evidence enough to stop sending users there. */
export function isConvicted(sum: number, isSuspect: boolean): boolean {
  return sum >= (isSuspect ? suspectThreshold : threshold);
}
