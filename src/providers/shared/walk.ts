/** Asks for one offer after the other until one is had: none that an earlier refusal spoke of, and not past what is final. */
import { type Denial, isHopeless, leavesOthers } from '../../model/denial.ts';
import { isSameOffer, nameOfOffer, type Offer } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { StartRequest } from '../../ports/provider.ts';
import type { Attempt } from './attempt-record.ts';
import type { Told } from './told.ts';

export interface Walk<T> {
  /** In the order they are tried. */
  readonly offers: readonly Offer[];
  /** What this start was refused already, late: not asked for again. */
  readonly denials: readonly Denial[];
  readonly tell: StartRequest['tell'];
  isOver(): boolean;
  ask(offer: Offer): Promise<Told<T>>;
}

/** Refused with every attempt and the cloud's own codes; unknown as soon as one request has no certain outcome. */
export async function walkOffers<T>({ offers, tell, isOver, ask, ...walk }: Walk<T>): Promise<Reply<T>> {
  const denials = [...walk.denials];
  for (const denial of denials) tell?.(denial);
  for (const offer of offers) {
    if (denials.some((denial) => isSameOffer(denial.offer, offer) || isHopeless(denial, offer))) continue;
    if (isOver()) return { kind: 'refused', error: summary('OutOfTime', 'transient', denials) };
    const told = await ask(offer);
    if (told.kind === 'done') return told;
    if (told.kind === 'unknown')
      return { kind: 'unknown', error: { ...told.error, message: `${nameOfOffer(offer)}: ${told.error.message}` } };
    const denial = { offer, verdict: told.verdict, error: told.error };
    denials.push(denial);
    tell?.(denial);
    if (!leavesOthers(told.verdict)) break;
  }
  return { kind: 'refused', error: endOf(denials) };
}

/** Of the site's own offers those that were asked for, in that order. */
export function offersAsked(own: readonly Offer[], { offers }: Pick<StartRequest, 'offers'>): readonly Offer[] {
  return offers?.flatMap((asked) => own.filter((each) => isSameOffer(each, asked))) ?? own;
}

/** A try that was cut short goes on where it was: with the request that has no answer, or after the one refused last. */
export function goOnAfter(offers: readonly Offer[], startKey: string, last: Attempt | undefined): readonly Offer[] {
  if (last?.startKey !== startKey) return offers;
  const at = offers.findIndex((offer) => isSameOffer(offer, last.offer));
  const after = offers.slice(at + 1);
  if (last.state !== 'refused') return [last.offer, ...after];
  return after.length > 0 ? after : offers;
}

/** Quota beats capacity, which beats the rest: what only a person can mend is said first. */
function endOf(denials: readonly Denial[]): ProviderError {
  const last = denials.at(-1);
  if (last === undefined) return summary('NothingToAskFor', 'capacity', denials);
  const worst = leavesOthers(last.verdict)
    ? (['quota', 'capacity'] as const).flatMap((name) => denials.find(({ error }) => error.class === name) ?? [])[0]
    : last;
  const { error, offer } = worst ?? last;
  const all = summary(error.code, error.class, denials);
  const message = `${all.message} (${nameOfOffer(offer)}: ${error.message.slice(0, 300)})`;
  return { ...all, message, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
}

/** Every attempt with the cloud's own code. */
function summary(code: string, errorClass: ProviderError['class'], denials: readonly Denial[]): ProviderError {
  const attempts = denials.map(({ offer, error }) => `${nameOfOffer(offer)} ${error.code}`);
  return { class: errorClass, code, message: attempts.length === 0 ? 'nothing was asked for' : attempts.join(', ') };
}
