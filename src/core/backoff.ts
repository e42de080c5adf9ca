/** Whether, when and how often to try again. The one retry rule of the engine; the error class decides. */
import type { ProviderError } from '../model/provider-error.ts';

/** What a wait is reckoned from: how often, with what error, and a number by chance. */
export interface Tried {
  /** Tries made so far, from 1. */
  readonly tries: number;
  readonly error: ProviderError;
  /** Uniform in [0, 1): spreads callers that failed together. */
  readonly random: number;
}

/** Try again after so many milliseconds, or not at all. */
export type NextAttempt = { readonly kind: 'wait'; readonly waitMs: number } | { readonly kind: 'give-up' };

/** Tries in all, by class. Classes not listed are never tried again at the same place. */
const triesAllowed: Partial<Record<ProviderError['class'], number>> = {
  transient: 4,
  throttled: 6,
  auth: 2,
  'not-found': 2,
};

const firstWaitMs = 100;
const longestWaitMs = 10_000;

/**
 * Exponential with full jitter in its upper half (half is certain, half is random). A provider's `retryAfterMs` is a
 * floor. `unknown` is never retried: it is read back first.
 */
export function nextAttempt({ tries, error, random }: Tried): NextAttempt {
  if (tries >= (triesAllowed[error.class] ?? 1)) return { kind: 'give-up' };
  const fullMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1));
  const jitteredMs = fullMs / 2 + (fullMs / 2) * random;
  return { kind: 'wait', waitMs: Math.ceil(Math.max(jitteredMs, error.retryAfterMs ?? 0)) };
}

const firstRestartMs = 1000;
const longestRestartMs = 300_000;

/** How long after its end an operation that failed `failures` times in a row (from 1) may be begun again, in milliseconds. */
export function restartAfterMs(failures: number): number {
  return Math.min(longestRestartMs, firstRestartMs * 2 ** (failures - 1));
}

const firstMarketMs = 600_000;
const longestMarketMs = 7_200_000;

/** As `restartAfterMs`, of a start that was asked for in one market alone: nobody waits for what would only be cheaper there. */
export function marketAgainAfterMs(failures: number): number {
  return Math.min(longestMarketMs, firstMarketMs * 2 ** (failures - 1));
}
