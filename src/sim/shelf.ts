/** What a simulated site sells: a few offers that sell out one by one, or all of a family at once, for a while. */
import type { Denial } from '../model/denial.ts';
import { isSameOffer, nameOfOffer, type Offer, type OfferSight } from '../model/offer.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { StartRequest } from '../ports/provider.ts';
import type { Chance, Dice } from './chance.ts';
import type { Schedule } from './schedule.ts';

/** Share of the requests for an offer that find it gone, and that find the family's quota spent, 0–1. */
const soldOutShare = 0.25;
const quotaShare = 0.08;
/** How long either lasts at most, and how long a refusal is to be remembered, in milliseconds. */
const longestGoneMs = 12_000;
const expiryMs = 5000;
/** Share of the looks at what there is that get no answer, 0–1. */
const unseenShare = 0.1;

/** What a site sells: all that its cloud asks of a shelf. */
export type Goods = Pick<Shelf, 'offers' | 'look' | 'sell'>;

/** What came of asking for the offers of a request. */
export type Sale =
  | { readonly kind: 'sold'; readonly offer: Offer }
  | { readonly kind: 'refused'; readonly error: ProviderError };

export class Shelf {
  readonly offers: readonly Offer[];
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  /** By offer, or by family: until when it is refused, monotonic milliseconds. */
  readonly #goneUntilMs = new Map<string, number>();

  constructor({ site, schedule, chance }: { site: string; schedule: Schedule; chance: Chance }) {
    this.#schedule = schedule;
    this.#dice = chance.dice(`shelf/${site}`);
    const of = (machine: string, zone: string, market: Offer['market']): Offer => ({
      ...{ machine, family: machine.charAt(0), zone: `${site}-${zone}`, market },
    });
    this.offers = [of('p8', 'a', 'on-demand'), of('p8', 'b', 'spot'), of('g4', 'a', 'on-demand')];
  }

  /** Undefined: not seen. A spent quota is known beforehand, a sold-out zone is not. */
  look(): readonly OfferSight[] | undefined {
    if (this.#dice.roll([['unseen', unseenShare]]) !== undefined) return undefined;
    return this.offers.map((offer) => (this.#isGone(offer.family) ? { offer, denied: overQuota } : { offer }));
  }

  /** As a provider walks: in the order that is asked for, telling each refusal, until one of them is granted. */
  sell({ offers, tell }: StartRequest): Sale {
    const asked = offers?.filter((each) => this.offers.some((own) => isSameOffer(own, each))) ?? this.offers;
    let last: ProviderError = nothingAsked;
    const spent = new Set<string>();
    for (const offer of asked) {
      if (spent.has(offer.family)) continue;
      const error = this.#refusalOf(offer);
      if (error === undefined) return { kind: 'sold', offer };
      if (error.class === 'quota') spent.add(offer.family);
      tell?.(denialOf(offer, error));
      last = error;
    }
    return { kind: 'refused', error: last };
  }

  #refusalOf(offer: Offer): ProviderError | undefined {
    if (this.#isGone(offer.family)) return overQuota;
    if (this.#isGone(nameOfOffer(offer))) return soldOut;
    const strike = this.#dice.roll([
      ['soldOut', soldOutShare],
      ['overQuota', quotaShare],
    ]);
    if (strike === undefined) return undefined;
    const key = strike.kind === 'soldOut' ? nameOfOffer(offer) : offer.family;
    this.#goneUntilMs.set(key, this.#schedule.monoMs + strike.details.next() * longestGoneMs);
    return strike.kind === 'soldOut' ? soldOut : overQuota;
  }

  #isGone(key: string): boolean {
    return (this.#goneUntilMs.get(key) ?? 0) > this.#schedule.monoMs;
  }
}

function denialOf(offer: Offer, error: ProviderError): Denial {
  const isQuota = error.class === 'quota';
  return {
    offer,
    error,
    verdict: {
      ...{ class: error.class, scope: isQuota ? 'region' : 'offer', retry: 'never', because: error.code },
      reach: isQuota ? { machines: 'family', markets: 'all' } : { machines: 'larger', markets: 'asked' },
      ...{ retryAfterMs: undefined, expiryMs },
    },
  };
}

const soldOut: ProviderError = { class: 'capacity', code: 'ZoneSoldOut', message: 'none left in that zone' };
const overQuota: ProviderError = { class: 'quota', code: 'FamilyQuota', message: 'more of that family than allowed' };
const nothingAsked: ProviderError = { class: 'capacity', code: 'NothingToAskFor', message: 'nothing was asked for' };
