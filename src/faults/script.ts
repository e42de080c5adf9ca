/** What a scripted bad day of a provider consists of. Plain values: a drill's plan can show them before anything is armed. */

/** How often, and until when. A fault without an end cannot be written. */
export interface Span {
  /** Calls it applies to, 1 to 1,000,000. */
  readonly times: number;
  /** On the monotonic clock, in milliseconds; not at or after it. Default: `times` alone ends it. */
  readonly untilMonoMs?: number;
}

export type ProviderFault = Span &
  (
    | { readonly kind: 'sold-out' }
    | { readonly kind: 'quota' }
    /** Starts, stops and listings alike. */
    | { readonly kind: 'throttled'; readonly retryAfterMs: number }
    /** For so long after its start the replica is `starting` and nobody knows its address. */
    | { readonly kind: 'slow-boot'; readonly byMs: number }
    /** The start happens, its answer never comes. */
    | { readonly kind: 'reply-lost' }
    /** For so long a started replica is not listed yet and a deleted one still is. */
    | { readonly kind: 'listing-lags'; readonly byMs: number }
  );

/** At most 100 faults; of those that fit a call and refuse it, the first in order does. */
export type FaultScript = readonly ProviderFault[];

/** Faults in one script. */
export const longestScript = 100;
/** Calls one fault may apply to. */
export const mostTimes = 1_000_000;
