/** A simulated cloud's bad days: what goes wrong how often, and what its callers are told then. */
import type { ProviderError } from '../model/provider-error.ts';

/** Shares are 0–1 of the calls. */
export interface CloudFaults {
  readonly capacity: number;
  readonly quota: number;
  readonly throttled: number;
  readonly auth: number;
  /** An error before anything was done, which passes. */
  readonly transient: number;
  /** A listing that lacks one of its replicas, or all of them. */
  readonly shortList: number;
  /** Longest time until a new replica is listed, in milliseconds. */
  readonly listLagMs: number;
  /** A replica that is made and never answers: its image or its machine is broken. */
  readonly halfMade: number;
}

/** Nothing goes wrong. */
export const soundCloud: CloudFaults = {
  ...{ capacity: 0, quota: 0, throttled: 0, auth: 0, transient: 0, shortList: 0, listLagMs: 0, halfMade: 0 },
};

/** Of an instance that is not there (any more). */
export const notFound: ProviderError = { class: 'not-found', code: 'NotFound', message: 'no such instance' };

/** Why a call may be refused. */
export type Refusal = keyof typeof refusals;

/** What is said then. */
export const refusals = {
  auth: { class: 'auth', code: '401', message: 'the token expired' },
  throttled: { class: 'throttled', code: '429', message: 'too many requests', retryAfterMs: 500 },
  transient: { class: 'transient', code: '503', message: 'try again' },
  capacity: { class: 'capacity', code: 'SoldOut', message: 'none of that kind is left' },
  quota: { class: 'quota', code: 'QuotaExceeded', message: 'more than the account may have' },
} as const satisfies Record<string, ProviderError>;
