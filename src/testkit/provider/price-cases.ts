/** Prices: what an offer costs, when that was said, and between how many accelerators it is divided. Of a cloud with `offers`. */
import assert from 'node:assert/strict';
import { nameOfOffer, type OfferSight } from '../../model/offer.ts';
import type { Provider } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { type CloudSubject, hookOf, type MakeCloud } from './cloud-subject.ts';
import { type Bench, deployment, providerCase, seen } from './subject.ts';

/** With `prices`. */
export function priceCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(
      make,
      'says what an offer costs, when that was so, and how many accelerators it has',
      async (bench) => {
        const session = await hookOf(bench.subject.cloud, 'openPriced')();
        const sights = await pricesOf(bench, session).finally(() => session.close());
        const priced = sights.filter(({ usdPerHour }) => usdPerHour !== undefined);
        assert.notEqual(priced.length, 0, 'the cloud says prices, and no offer has one');
        for (const { offer, accelerators, pricedAtMs } of priced) {
          const name = nameOfOffer(offer);
          const isCount = accelerators !== undefined && Number.isInteger(accelerators) && accelerators > 0;
          assert.ok(isCount, `${name} has a price and ${accelerators} accelerators: it cannot be compared`);
          const nowMs = bench.subject.clock.nowMs();
          assert.ok(
            pricedAtMs === undefined || pricedAtMs <= nowMs,
            `${name} was priced at ${pricedAtMs}, in the future`,
          );
        }
      },
    ),
  ];
}

/** Without. */
export function unpricedCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(make, 'says no price of an offer, as it says that it has none', async (bench) => {
      const priced = (await pricesOf(bench, bench.provider)).find(({ usdPerHour }) => usdPerHour !== undefined);
      assert.equal(priced, undefined, `prices is no, and an offer has one: ${JSON.stringify(priced)}`);
    }),
  ];
}

async function pricesOf(bench: Bench<CloudSubject>, session: Provider): Promise<readonly OfferSight[]> {
  assert.ok(session.offers !== undefined, 'the session has no offers');
  return seen(await session.offers({ deployment, replicas: 1, forPrices: true }, bench.read()));
}
