/** A request for an offer that was refused, at once or late, and which others it speaks of. */
import type { ErrorVerdict } from './error-verdict.ts';
import type { Offer } from './offer.ts';
import type { ProviderError } from './provider-error.ts';

export interface Denial {
  readonly offer: Offer;
  readonly verdict: ErrorVerdict;
  readonly error: ProviderError;
}

/** Whether others at the site may still be had: not when it is about the account, or about the request itself. */
export function leavesOthers({ reach, scope }: ErrorVerdict): boolean {
  return reach !== undefined && scope !== 'account';
}

/** Whether a refusal at the same site speaks of this offer too. Of two sizes we do not know the larger: each is asked for. */
export function isHopeless({ offer: denied, verdict: { reach, scope } }: Omit<Denial, 'error'>, offer: Offer): boolean {
  const isWide = scope === 'region' || scope === 'account';
  const isThere = isWide || (denied.zone === offer.zone && denied.subnet === offer.subnet);
  // One reservation that is full says nothing of another, nor of what is free beside them.
  if (scope === 'offer' && denied.reservation !== offer.reservation) return false;
  if (reach === undefined || !isThere || (reach.markets === 'asked' && denied.market !== offer.market)) return false;
  switch (reach.machines) {
    case 'all':
      return true;
    case 'family':
      return denied.family === offer.family;
    case 'type':
    case 'larger':
      return denied.machine === offer.machine;
  }
}
