/** What a provider's own words mean to us: the class, how much it blocks, for how long, and what is tried again. */
import type { ErrorClass } from './provider-error.ts';

/** An error as a provider gave it, wherever it came: in the answer to a call, in an operation that failed later, in a batch. */
export interface RawError {
  /** The provider's own code, such as `InsufficientInstanceCapacity`; undefined when it named none. */
  readonly code: string | undefined;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Looked at only inside a code: text alone is never believed. */
  readonly message: string | undefined;
  /** From the answer's own header, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** How a machine is paid for; a provider sells out of each by itself. */
export const markets = ['on-demand', 'spot', 'reserved'] as const;
export type Market = (typeof markets)[number];

/**
 * How much one refusal blocks: `offer` is one machine type in one zone and market, `zone` that zone in every market (where
 * no zone was asked for: the region), `site` whatever the deployment asks for at that one site, `spec` what was asked for as
 * a whole, wherever it is asked for.
 */
export const blockScopes = ['none', 'object', 'offer', 'zone', 'site', 'region', 'account', 'spec'] as const;
export type BlockScope = (typeof blockScopes)[number];

/** Which machines a block of an `offer`, a `zone`, a `region` or an `account` is about. */
export interface BlockReach {
  /** `larger`: this type and the larger ones of its family. */
  readonly machines: 'type' | 'larger' | 'family' | 'all';
  readonly markets: 'asked' | 'all';
}

/** What may be done again at the same place. `read-back`: the outcome is not known, look before anything else. */
export const retryRules = ['never', 'after-refresh', 'back-off', 'after-reading', 'read-back'] as const;
export type RetryRule = (typeof retryRules)[number];

export interface ErrorVerdict {
  readonly class: ErrorClass;
  readonly scope: BlockScope;
  /** Undefined where no machines are blocked. */
  readonly reach: BlockReach | undefined;
  readonly retry: RetryRule;
  /** Wait at least this long before the same again, in milliseconds, where the answer or the table says so. */
  readonly retryAfterMs: number | undefined;
  /** How long the block stands first, in milliseconds; undefined: it blocks nothing, or until something is changed. */
  readonly expiryMs: number | undefined;
  /** The rule that said so, for people: `InsufficientInstanceCapacity`, or `not in the table`. */
  readonly because: string;
}
