/** What a fake cloud has to offer, and what it says to those who ask for it: the walk over offers is the providers' own. */
import type { Denial } from '../../../src/model/denial.ts';
import type { ErrorVerdict } from '../../../src/model/error-verdict.ts';
import { marketsOf, nameOfOffer, type Offer, type OfferSight } from '../../../src/model/offer.ts';
import type { Seen } from '../../../src/model/outcome.ts';
import type { ErrorClass } from '../../../src/model/provider-error.ts';
import { offersAsked, walkOffers } from '../../../src/providers/shared/walk.ts';
import type { FakeCloud } from './fake-cloud.ts';

export interface Shelf {
  readonly account: string;
  readonly sights: readonly OfferSight[];
  /** What each offer is refused with, by name; absent: it is granted. Changed while the test runs. */
  readonly denials: Map<string, Omit<Denial, 'offer'>>;
  /** Names of the offers that were really asked for, in order. */
  readonly asked: string[];
  /** While set the offers cannot be seen; `hangs`: no answer at all. */
  blind: 'refuses' | 'hangs' | undefined;
}

export function offerOf(machine: string, change: Partial<Offer> = {}): Offer {
  return { machine, family: machine.split('.')[0] ?? machine, market: 'on-demand', zone: 'a', ...change };
}

/** As the tables of the clouds say it. */
export function denialOf(code: string, name: ErrorClass, change: Partial<ErrorVerdict> = {}): Omit<Denial, 'offer'> {
  return {
    error: { class: name, code, message: `${code} says the cloud` },
    verdict: {
      ...{ class: name, scope: 'offer', reach: { machines: 'larger', markets: 'asked' }, retry: 'never' },
      ...{ retryAfterMs: undefined, expiryMs: 600_000, because: code },
      ...change,
    },
  };
}

export const soldOut = denialOf('InsufficientInstanceCapacity', 'capacity');
export const overQuota = denialOf('QUOTA_EXCEEDED', 'quota', {
  ...{ scope: 'region', reach: { machines: 'family', markets: 'asked' } },
});
export const noAccess = denialOf('ClientAuthenticationError', 'auth', {
  ...{ scope: 'account', reach: { machines: 'all', markets: 'all' }, expiryMs: undefined },
});

/** From now on the cloud sells these. */
export function stock(cloud: FakeCloud, sights: readonly OfferSight[], account = `account of ${cloud.site}`): Shelf {
  const shelf: Shelf = { account, sights, denials: new Map(), asked: [], blind: undefined };
  const { start } = cloud;
  Object.assign(cloud, {
    account,
    markets: marketsOf(sights.map(({ offer }) => offer)),
    async offers(): Promise<Seen<readonly OfferSight[]>> {
      if (shelf.blind === 'hangs') return await new Promise(() => undefined);
      if (shelf.blind !== undefined) return { kind: 'unknown', error: { class: 'auth', code: '403', message: 'no' } };
      return { kind: 'seen', value: sights, asOfMs: 0 };
    },
    start: ((request, call) => {
      // What an earlier try made is found before anything is asked for.
      const isThere = [...cloud.replicas.values()].some(({ startKey }) => startKey === call.idempotencyKey);
      if (isThere) return start(request, call);
      const own = sights.map(({ offer }) => offer);
      return walkOffers({
        ...{ offers: offersAsked(own, request), denials: [], tell: request.tell, isOver: () => false },
        async ask(offer) {
          shelf.asked.push(nameOfOffer(offer));
          const denial = shelf.denials.get(nameOfOffer(offer));
          if (denial !== undefined) return { kind: 'refused', ...denial };
          const reply = await start(request, call);
          if (reply.kind !== 'done') return { kind: 'unknown', error: reply.error };
          const value = { ...reply.value, market: offer.market };
          cloud.replicas.set(value.id, value);
          return { kind: 'done', value };
        },
      });
    }) satisfies FakeCloud['start'],
  });
  return shelf;
}
