/** What a port call gave: seen or not seen, done or refused or unknown. Unknown is a third outcome, never rounded. */
import type { ProviderError } from './provider-error.ts';

/** What a read saw, or that it could not see. Not seeing is never "gone" or "dead". `asOfMs` is epoch milliseconds. */
export type Seen<T> =
  | { readonly kind: 'seen'; readonly value: T; readonly asOfMs: number }
  | { readonly kind: 'unknown'; readonly error: ProviderError };

/** What happened to a request that changes something. `unknown` is never read as either of the others. */
export type Reply<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: ProviderError }
  | { readonly kind: 'unknown'; readonly error: ProviderError };

/** A three-valued answer. */
export type Answer = 'yes' | 'no' | 'unknown';
