/** Offers: what a start can be asked for, what is known against it, and who hears of a refusal. Of a cloud with `offers`. */
import assert from 'node:assert/strict';
import type { Denial } from '../../model/denial.ts';
import { isSameOffer, nameOfOffer, type Offer, type OfferSight } from '../../model/offer.ts';
import type { Provider } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import type { CloudSubject, MakeCloud } from './cloud-subject.ts';
import { type Bench, deployment, done, providerCase, refusal, seen } from './subject.ts';

type CloudBench = Bench<CloudSubject>;

export function offerCases(make: MakeCloud): readonly ContractCase[] {
  return [...sightCases(make), ...askedCases(make)];
}

function sightCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(make, 'says what it offers, each once, and nothing that it cannot know', async (bench) => {
      const sights = await offersOf(bench);
      assert.notEqual(sights.length, 0, 'a subject has something to offer');
      assert.equal(new Set(sights.map(keyOf)).size, sights.length, 'each offer once');
      for (const sight of sights) checkSight(sight);
    }),
    providerCase(make, 'names the markets of all that it offers, or none', async (bench) => {
      const { markets } = bench.provider;
      if (markets === undefined) return;
      for (const { offer } of await offersOf(bench))
        assert.ok(markets.includes(offer.market), `${nameOfOffer(offer)} is offered, and only ${markets.join()} named`);
    }),
    providerCase(make, 'changes nothing when it is asked for its offers', async (bench) => {
      const first = await offersOf(bench);
      assert.deepEqual(namesOf(await offersOf(bench)), namesOf(first), 'nothing has changed, and the offers have');
      assert.deepEqual(await bench.replicas(), [], 'it was asked for its offers, and something is listed');
      await bench.runs(0, 'it was asked for its offers');
    }),
    providerCase(make, 'says why of an offer that it knows would be refused', async (bench) => {
      const { cloud } = bench.subject;
      const [one, other] = await twoTypes(bench);
      // A cloud that knows nothing before it is asked says nothing against any.
      if (cloud.deny === undefined) return assert.deepEqual(deniedOf(await offersOf(bench)), [], 'nothing is known');
      cloud.deny(one);
      const sights = await offersOf(bench, await bench.open());
      const denied = sights.find(({ offer }) => isSameOffer(offer, one))?.denied;
      assert.ok(denied !== undefined, `nothing is said against ${nameOfOffer(one)}`);
      assert.ok(denied.code !== '' && denied.message !== '', `${nameOfOffer(one)} is denied, and not why`);
      const free = sights.find(({ offer }) => isSameOffer(offer, other))?.denied;
      assert.equal(free, undefined, `${nameOfOffer(one)} alone would be refused, and ${nameOfOffer(other)} is too`);
    }),
  ];
}

function askedCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(make, 'starts every machine type that it offers', async (bench) => {
      for (const [index, offer] of (await twoTypes(bench)).entries()) {
        const request = { ...bench.request(index), offers: [offer] };
        done(await bench.provider.start(request, bench.write(`k${index}`)));
      }
      await bench.runs(2, 'two offers were started');
    }),
    providerCase(make, 'lists what it started in the market it was had in, or in none', async (bench) => {
      const offers = (await offersOf(bench)).map(({ offer }) => offer);
      const firsts = offers.filter(({ market }, index) => offers.findIndex((each) => each.market === market) === index);
      for (const [index, offer] of firsts.entries()) {
        const request = { ...bench.request(index), offers: [offer] };
        const made = done(await bench.provider.start(request, bench.write(`k${index}`)));
        const { market = offer.market } = (await bench.listed(made)).find(({ id }) => id === made.id) ?? {};
        // A reservation may be open to what was asked for as on-demand.
        const isTrue = market === offer.market || (offer.market === 'on-demand' && market === 'reserved');
        assert.ok(isTrue, `${nameOfOffer(offer)} was started, and is listed as ${market}`);
      }
    }),
    providerCase(make, 'asks only for the offers it was told to, though others are free', async (bench) => {
      const [one] = await twoTypes(bench);
      bench.subject.cloud.sellOut(one);
      const { heard, reply } = await startWith(bench, [one]);
      refusal(reply, 'capacity', `${nameOfOffer(one)} alone was asked for, and is sold out`);
      hasHeard(heard, [one]);
      await bench.runs(0, 'the only offer that was asked for is sold out');
    }),
    providerCase(make, 'asks for offers in the order it was told, and tells each refusal', async (bench) => {
      const [one, other] = await twoTypes(bench);
      bench.subject.cloud.sellOut(one);
      bench.subject.cloud.sellOut(other);
      const forth = await startWith(bench, [one, other], 'k1');
      const back = await startWith(bench, [other, one], 'k2');
      hasHeard(forth.heard, [one, other]);
      hasHeard(back.heard, [other, one]);
      const message = refusal(back.reply, 'capacity', 'both are sold out');
      for (const offer of [one, other])
        assert.ok(message.includes(nameOfOffer(offer)), `the refusal does not name ${nameOfOffer(offer)}: ${message}`);
    }),
    providerCase(make, 'goes on to the next offer after one that is sold out, and tells of that one', async (bench) => {
      const [one, other] = await twoTypes(bench);
      bench.subject.cloud.sellOut(one);
      const { heard, reply } = await startWith(bench, [one, other]);
      done(reply, `${nameOfOffer(one)} is sold out, and ${nameOfOffer(other)} is free`);
      hasHeard(heard, [one]);
      await bench.runs(1, 'the second of two offers was free');
    }),
    providerCase(make, 'tells with each refusal what the cloud said and how far it reaches', async (bench) => {
      const [one] = await twoTypes(bench);
      bench.subject.cloud.sellOut(one);
      const { denials } = await startWith(bench, [one]);
      assert.notEqual(denials.length, 0, `${nameOfOffer(one)} is sold out, and nobody hears of it`);
      for (const { error, verdict } of denials) {
        const told = `${error.class}, judged as ${verdict.class}`;
        assert.equal(told, 'capacity, judged as capacity', `sold out is told as ${told}`);
        assert.ok(error.code !== '' && error.message !== '', `a refusal lacks its code or message: ${told}`);
        assert.ok(verdict.reach !== undefined, `sold out blocks machines: ${JSON.stringify(verdict)}`);
      }
    }),
    providerCase(make, 'starts nothing that is none of its offers', async (bench) => {
      const [one] = await twoTypes(bench);
      const { reply } = await startWith(bench, [{ ...one, machine: `${one.machine}-not` }]);
      assert.equal(reply.kind, 'refused', `what was asked for is none of its offers: ${JSON.stringify(reply)}`);
      await bench.runs(0, 'what was asked for is none of its offers');
    }),
  ];
}

function hasHeard(heard: readonly string[], offers: readonly Offer[]): void {
  const names = offers.map(nameOfOffer);
  const said = `whoever asks hears of each refusal in the order it was told: ${names.join(', ')}`;
  assert.deepEqual(heard, names, `${said}; and heard of ${heard.join(', ') || 'none'}`);
}

/** What a session says it could start. */
export async function offersOf(bench: Bench, from: Provider = bench.provider): Promise<readonly OfferSight[]> {
  assert.ok(from.offers !== undefined, 'the session has no offers');
  return seen(await from.offers({ deployment, replicas: 1 }, bench.read()));
}

/** Two offers of different machine types, against which nothing is known. */
async function twoTypes(bench: CloudBench): Promise<readonly [Offer, Offer]> {
  const sights = (await offersOf(bench)).filter(({ denied }) => denied === undefined);
  const [one] = sights;
  const other = sights.find(({ offer }) => offer.machine !== one?.offer.machine);
  assert.ok(one !== undefined && other !== undefined, 'a subject offers at least two machine types');
  return [one.offer, other.offer];
}

async function startWith(bench: CloudBench, offers: readonly Offer[], key = 'k1') {
  const denials: Denial[] = [];
  const request = { ...bench.request(), offers, tell: (denial: Denial) => denials.push(denial) };
  const reply = await bench.provider.start(request, bench.write(key));
  // Of the same one a provider may tell more than once.
  return { reply, denials, heard: [...new Set(denials.map(({ offer }) => nameOfOffer(offer)))] };
}

function checkSight({ offer, usdPerHour, room, denied }: OfferSight): void {
  const name = nameOfOffer(offer);
  assert.ok(offer.machine !== '' && offer.family !== '', name);
  assert.ok(usdPerHour === undefined || (usdPerHour > 0 && Number.isFinite(usdPerHour)), `${name}: ${usdPerHour} $/h`);
  assert.ok(room === undefined || (Number.isInteger(room) && room >= 0), `${name}: room for ${room}`);
  assert.equal(denied, undefined, `${name} is refused on an empty site: ${JSON.stringify(denied)}`);
}

function keyOf({ offer }: OfferSight): string {
  return `${nameOfOffer(offer)} ${offer.subnet ?? ''}`;
}

function namesOf(sights: readonly OfferSight[]): readonly string[] {
  return sights.map(({ offer }) => nameOfOffer(offer));
}

function deniedOf(sights: readonly OfferSight[]): readonly string[] {
  return namesOf(sights.filter(({ denied }) => denied !== undefined));
}
