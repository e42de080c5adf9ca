/** How a provider refuses on a bad day, in a cloud's own words: scripts and drills say the same. */
import type { ProviderError } from '../model/provider-error.ts';

export type RefusalKind = 'sold-out' | 'quota' | 'throttled' | 'unreachable' | 'expired' | 'reply-lost';

/**
 * The codes are AWS EC2's (its API reference, "Error codes", and the common errors of AWS), those of connections the operating
 * system's. What was never sent is `transient`, as every provider maps it.
 */
const refusals: Readonly<Record<RefusalKind, ProviderError>> = {
  'sold-out': {
    class: 'capacity',
    code: 'InsufficientInstanceCapacity',
    message: 'no capacity for this machine type in this zone',
  },
  quota: {
    class: 'quota',
    code: 'VcpuLimitExceeded',
    message: 'the limit of this account for this machine family is reached',
  },
  throttled: {
    class: 'throttled',
    code: 'RequestLimitExceeded',
    message: 'too many requests from this account',
  },
  unreachable: {
    class: 'transient',
    code: 'ECONNREFUSED',
    message: 'nothing answers at the address of the API',
  },
  expired: {
    class: 'auth',
    code: 'ExpiredTokenException',
    message: 'the credentials have run out',
  },
  'reply-lost': {
    class: 'unknown',
    code: 'ECONNRESET',
    message: 'the connection ended before the answer came',
  },
};

/** `by`: who arranged it, for people; the class and the code are all that is decided by. */
export function refusalOf(kind: RefusalKind, by: string, retryAfterMs?: number): ProviderError {
  const { message, ...error } = refusals[kind];
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { ...error, message: `${by}: ${message}`, ...wait };
}
