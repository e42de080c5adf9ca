/** A provider's or driver's refusal, mapped to the class that decides what happens next. */

/**
 * `capacity` next candidate · `quota` human task · `auth` refresh once, then hold; never "dead" · `throttled` wait, own
 * budget · `invalid` fail the step · `not-found` ask twice · `conflict` re-read (a stale epoch is one) · `transient`
 * retry, bounded · `unknown` read back first, never retried blindly.
 */
export const errorClasses = [
  'capacity',
  'quota',
  'auth',
  'throttled',
  'invalid',
  'not-found',
  'conflict',
  'transient',
  'unknown',
] as const;

export type ErrorClass = (typeof errorClasses)[number];

/** An expected refusal or failure as a value. */
export interface ProviderError {
  readonly class: ErrorClass;
  /** The provider's own code, raw, so that every attempt can be explained later. */
  readonly code: string;
  readonly message: string;
  /** When to try again, in milliseconds from the answer, where the provider said so. */
  readonly retryAfterMs?: number;
}
