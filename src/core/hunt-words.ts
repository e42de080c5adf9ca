/** What a hunt that found nothing says: every attempt with the provider's own code, and when to try again. */
import type { Attempt } from '../model/block.ts';
import type { Market } from '../model/error-verdict.ts';
import { nameOfOffer } from '../model/offer.ts';
import type { ProviderError } from '../model/provider-error.ts';
import { span } from '../model/words.ts';
import { nextTryAtMs, worstOf } from './hunt.ts';

/** The code of a start that was not asked for, because all that could be asked for is known to be refused. */
export const nothingLeftCode = 'NothingLeftToAsk';

/** More attempts than this are counted in the sentence; the record has them all. */
const mostNamed = 8;

/** Of the class of what is worst among them; when to try again is when the first of them may be tried again. */
export function nothingLeft(
  sites: readonly string[],
  attempts: readonly Attempt[],
  { nowMs, market }: { readonly nowMs: number; readonly market?: Market | undefined },
): ProviderError {
  const again = nextTryAtMs(attempts);
  const retry = again === undefined ? {} : { retryAfterMs: Math.max(0, again - nowMs) };
  const where = market === undefined ? '' : ` in the market ${market}`;
  const when = again === undefined ? '' : `; first try that may help in ${span(Math.max(0, again - nowMs))}`;
  return {
    class: worstOf(attempts)?.class ?? 'capacity',
    code: nothingLeftCode,
    message: `nothing is left to ask for${where} at ${sites.join(', ') || 'any site'}: ${attemptsText(attempts)}${when}`,
    ...retry,
  };
}

/** `p5.48xlarge us-east-1a on-demand InsufficientInstanceCapacity, …`; of several sites each with its name. */
export function attemptsText(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return 'it offers nothing';
  const isOfMany = new Set(attempts.map(({ site }) => site)).size > 1;
  const named = attempts.slice(0, mostNamed).map(({ site, offer, code }) => {
    const what = offer === undefined ? 'everything' : nameOfOffer(offer);
    return `${isOfMany ? `${site} ` : ''}${what} ${code}`;
  });
  return [...named, ...(attempts.length > mostNamed ? [`${attempts.length - mostNamed} more`] : [])].join(', ');
}
