import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blockOf,
  blockOfAll,
  covers,
  disproved,
  exhausted,
  type Hunt,
  holdsAt,
  isBlocking,
  lookAgainMs,
  newBlocks,
  nextTryAtMs,
  offerHad,
  outlookAt,
  refusedAttempt,
  sightAgainMs,
  worstOf,
} from '../../src/core/hunt.ts';
import type { Attempt, Block, Place } from '../../src/model/block.ts';
import type { BlockScope, ErrorVerdict } from '../../src/model/error-verdict.ts';
import { isSameOffer, nameOfOffer, type Offer, type OfferSight } from '../../src/model/offer.ts';
import type { ErrorClass } from '../../src/model/provider-error.ts';
import { nowMs } from './support/view.ts';

const asker = { deployment: 'chat', config: 'c0ffee' };
const virginia: Place = { site: 'virginia', provider: 'aws', account: 'aws-1', region: 'us-east-1' };
const twin: Place = { ...virginia, site: 'twin' };
const ohio: Place = { ...virginia, site: 'ohio', region: 'us-east-2' };
const other: Place = { ...virginia, site: 'other', account: 'aws-2' };
const azure: Place = { site: 'sweden', provider: 'azure', account: 'az-1', region: 'us-east-1' };

const big: Offer = { machine: 'p5.48xlarge', family: 'p5', market: 'on-demand', zone: 'a' };
const small: Offer = { ...big, machine: 'p5.4xlarge' };
const g6: Offer = { ...big, machine: 'g6.12xlarge', family: 'g6' };

function verdictOf(change: Partial<ErrorVerdict> = {}): ErrorVerdict {
  return {
    ...{ class: 'capacity', scope: 'offer', reach: { machines: 'larger', markets: 'asked' }, retry: 'never' },
    ...{ retryAfterMs: undefined, expiryMs: 600_000, because: 'SoldOut' },
    ...change,
  };
}

function huntAt(place: Place, ...blocks: readonly Block[]): Hunt {
  return { place, asker, blocks, nowMs };
}

function blocked(verdict: Partial<ErrorVerdict> = {}, offer = big, place = virginia, agoMs = 0): Block {
  const error = { class: verdict.class ?? 'capacity', code: 'SoldOut', message: 'none left' };
  const block = blockOf({ offer, verdict: verdictOf(verdict), error }, { ...huntAt(place), nowMs: nowMs - agoMs });
  if (block === undefined) throw new Error('it blocks nothing');
  return block;
}

const wide = { machines: 'all', markets: 'all' } as const;
const family = { machines: 'family', markets: 'asked' } as const;
const noRight = { class: 'auth', scope: 'site', reach: undefined, expiryMs: undefined } as const;

test.for<{ name: string; verdict: Partial<ErrorVerdict>; place?: Place; offer?: Offer; is: boolean }>([
  { name: 'an offer blocks itself', verdict: {}, is: true },
  { name: 'and not another size', verdict: {}, offer: small, is: false },
  { name: 'nor another zone', verdict: {}, offer: { ...big, zone: 'b' }, is: false },
  { name: 'nor another market', verdict: {}, offer: { ...big, market: 'spot' }, is: false },
  {
    name: 'unless all markets are meant',
    verdict: { reach: { machines: 'type', markets: 'all' } },
    offer: { ...big, market: 'spot' },
    is: true,
  },
  {
    name: 'a zone blocks all in it',
    verdict: { scope: 'zone', reach: wide },
    offer: { ...g6, market: 'spot' },
    is: true,
  },
  { name: 'and nothing in the next', verdict: { scope: 'zone', reach: wide }, offer: { ...g6, zone: 'b' }, is: false },
  {
    name: 'a family is blocked in every zone of its region',
    verdict: { scope: 'region', reach: family },
    offer: { ...small, zone: 'b' },
    is: true,
  },
  { name: 'another family is not', verdict: { scope: 'region', reach: family }, offer: g6, is: false },
  { name: 'an offer is blocked at a site of the same account and region', verdict: {}, place: twin, is: true },
  { name: 'not in another region', verdict: {}, place: ohio, is: false },
  { name: 'not in another account', verdict: {}, place: other, is: false },
  { name: 'a region blocks another site in it', verdict: { scope: 'region', reach: family }, place: twin, is: true },
  { name: 'not the next region', verdict: { scope: 'region', reach: family }, place: ohio, is: false },
  { name: 'not another account in it', verdict: { scope: 'region', reach: family }, place: other, is: false },
  {
    name: 'not another provider’s region of the same name',
    verdict: { scope: 'region', reach: family },
    place: azure,
    is: false,
  },
  {
    name: 'an account blocks its other regions',
    verdict: { scope: 'account', reach: wide },
    place: ohio,
    offer: g6,
    is: true,
  },
  { name: 'not another account', verdict: { scope: 'account', reach: wide }, place: other, is: false },
  {
    name: 'a bad request is bad at the provider’s other accounts',
    verdict: { scope: 'spec', reach: undefined },
    place: other,
    offer: g6,
    is: true,
  },
  { name: 'not at another provider', verdict: { scope: 'spec', reach: undefined }, place: azure, is: false },
  { name: 'a right that is missing at a site blocks all of it', verdict: noRight, offer: g6, is: true },
  { name: 'and not its twin in the same account and region', verdict: noRight, place: twin, is: false },
])('$name: $is', ({ verdict, place = virginia, offer = big, is }) => {
  expect(covers(blocked(verdict), huntAt(place), offer)).toBe(is);
});

test('a site whose account is not known shares blocks with no other', () => {
  const lone = { ...virginia, account: undefined };
  const block = blocked({ scope: 'account', reach: wide }, big, lone);
  expect(covers(block, huntAt(lone), g6)).toBe(true);
  expect(covers(block, huntAt({ ...twin, account: undefined }), g6)).toBe(false);
});

test('a right that is missing is this deployment’s, until the configuration is another', () => {
  const block = blocked(noRight);
  expect(covers(block, { ...huntAt(virginia), asker: { ...asker, config: 'other' } }, big)).toBe(false);
  expect(covers(block, { ...huntAt(virginia), asker: { ...asker, deployment: 'embed' } }, big)).toBe(false);
});

test('a site that is refused as a whole is not said a second time when nothing is left to ask there', () => {
  const block = blocked(noRight);
  const { doomed } = outlookAt([{ offer: big }, { offer: g6 }], huntAt(virginia, block));
  const spent = exhausted(doomed, huntAt(virginia));
  expect(spent).toMatchObject({ scope: 'site', class: 'auth' });
  expect(newBlocks(spent === undefined ? [] : [spent], [block], nowMs)).toEqual([]);
});

test.for<{ name: string; verdict: Partial<ErrorVerdict>; place: Place; is: boolean }>([
  { name: 'an offer at a twin', verdict: {}, place: twin, is: true },
  { name: 'an offer in another region', verdict: {}, place: ohio, is: false },
  { name: 'an account in another region', verdict: { scope: 'account', reach: wide }, place: ohio, is: true },
  { name: 'another account', verdict: { scope: 'account', reach: wide }, place: other, is: false },
  { name: 'a site at itself', verdict: noRight, place: virginia, is: true },
  { name: 'a site at its twin', verdict: noRight, place: twin, is: false },
  { name: 'a bad request in another account', verdict: { scope: 'spec', reach: undefined }, place: other, is: true },
  { name: 'a bad request at another provider', verdict: { scope: 'spec', reach: undefined }, place: azure, is: false },
])('what was met in virginia holds elsewhere: $name, $is', ({ verdict, place, is }) => {
  expect(holdsAt(blocked(verdict), huntAt(place))).toBe(is);
});

test('a bad request is forgotten with the configuration it came from, and is this deployment’s alone', () => {
  const block = blocked({ scope: 'spec', reach: undefined });
  expect(covers(block, { ...huntAt(virginia), asker: { ...asker, config: 'other' } }, big)).toBe(false);
  expect(covers(block, { ...huntAt(virginia), asker: { ...asker, deployment: 'embed' } }, big)).toBe(false);
});

test.for([
  { agoMs: 0, is: true },
  { agoMs: 599_999, is: true },
  { agoMs: 600_000, is: false },
  { agoMs: -60_000, is: true },
  { agoMs: -60_001, is: false },
])('ten minutes are over after ten minutes: $agoMs ms ago, $is', ({ agoMs, is }) => {
  expect(isBlocking(blocked({}, big, virginia, agoMs), nowMs)).toBe(is);
  expect(outlookAt([{ offer: big }], huntAt(virginia, blocked({}, big, virginia, agoMs))).ask).toEqual(is ? [] : [big]);
});

test.for<{
  scope: BlockScope;
  expiryMs: number | undefined;
  retryAfterMs?: number;
  forMs: number;
  isUntilChanged: boolean;
}>([
  { scope: 'offer', expiryMs: 180_000, forMs: 180_000, isUntilChanged: false },
  { scope: 'offer', expiryMs: 180_000, retryAfterMs: 180_001, forMs: 180_001, isUntilChanged: false },
  { scope: 'offer', expiryMs: 180_000, retryAfterMs: 179_999, forMs: 180_000, isUntilChanged: false },
  { scope: 'account', expiryMs: undefined, forMs: lookAgainMs, isUntilChanged: true },
])(
  '$scope for $expiryMs with retry-after $retryAfterMs stands $forMs ms',
  ({ scope, expiryMs, retryAfterMs, forMs, isUntilChanged }) => {
    const error = {
      class: 'capacity' as const,
      code: 'X',
      message: 'x',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    const block = blockOf(
      { offer: big, verdict: verdictOf({ scope, expiryMs, reach: wide }), error },
      huntAt(virginia),
    );
    expect(block).toMatchObject({ atMs: nowMs, untilMs: nowMs + forMs, isUntilChanged, code: 'X' });
  },
);

test.for(['none', 'object'] as const)('what is about %s blocks nothing', (scope) => {
  const denial = {
    offer: big,
    verdict: verdictOf({ scope, reach: undefined }),
    error: { class: 'throttled' as const, code: '429', message: 'slow', retryAfterMs: 700 },
  };
  expect(blockOf(denial, huntAt(virginia))).toBeUndefined();
  expect(refusedAttempt(denial, huntAt(virginia))).toMatchObject({ state: 'refused', untilMs: nowMs + 700 });
});

test('what the provider says beforehand is not asked for, and is told with its own code', () => {
  const denied = { class: 'quota' as const, code: 'VcpuLimit', message: '0 of 96', retryAfterMs: sightAgainMs + 1 };
  const sights: readonly OfferSight[] = [
    { offer: big, denied },
    { offer: small, room: 0 },
    { offer: g6, room: 1 },
  ];
  expect(outlookAt(sights, huntAt(virginia))).toEqual({
    ask: [g6],
    doomed: [
      {
        site: 'virginia',
        offer: big,
        state: 'not-asked',
        isUntilChanged: false,
        class: 'quota',
        code: 'VcpuLimit',
        message: '0 of 96',
        untilMs: nowMs + sightAgainMs + 1,
      },
      expect.objectContaining({ offer: small, class: 'quota', code: 'NoRoom', untilMs: nowMs + sightAgainMs }),
    ],
  });
});

test('of several blocks the longest is told', () => {
  const long = blocked({ scope: 'region', reach: wide, expiryMs: 900_000 });
  expect(outlookAt([{ offer: big }], huntAt(virginia, blocked(), long, blocked())).doomed[0]?.untilMs).toBe(
    nowMs + 900_000,
  );
});

test.for<{ name: string; verdict: Partial<ErrorVerdict>; place?: Place; is: boolean }>([
  { name: 'a refused account', verdict: { scope: 'account', reach: wide }, place: ohio, is: true },
  { name: 'a region with nothing at all', verdict: { scope: 'region', reach: wide }, is: true },
  {
    name: 'one market of a region',
    verdict: { scope: 'region', reach: { machines: 'all', markets: 'asked' } },
    is: false,
  },
  { name: 'a family', verdict: { scope: 'region', reach: family }, is: false },
  { name: 'a zone', verdict: { scope: 'zone', reach: wide }, is: false },
  { name: 'a bad request', verdict: { scope: 'spec', reach: undefined }, is: true },
])('$name stands in the way of whatever could be asked for: $is', ({ verdict, place = virginia, is }) => {
  expect(blockOfAll(huntAt(place, blocked(verdict))) !== undefined).toBe(is);
});

test('an exhausted site is remembered until its first offer may be asked for again, and as what is worst', () => {
  const short = blocked({ expiryMs: 180_000 });
  const long = blocked({ class: 'quota', scope: 'region', reach: family, expiryMs: 900_000 }, { ...g6, zone: 'b' });
  const { ask, doomed } = outlookAt([{ offer: big }, { offer: g6 }], huntAt(virginia, short, long));
  expect(ask).toEqual([]);
  const block = exhausted(doomed, huntAt(virginia));
  expect(block).toMatchObject({ scope: 'site', class: 'quota', untilMs: nowMs + 180_000, isUntilChanged: false });
  expect(blockOfAll(huntAt(virginia, ...(block === undefined ? [] : [block])))).toBe(block);
  expect(blockOfAll(huntAt(twin, ...(block === undefined ? [] : [block])))).toBeUndefined();
});

test('nothing is remembered of a site that may be tried at once', () => {
  const attempt: Attempt = {
    site: 'virginia',
    offer: big,
    state: 'refused',
    class: 'transient',
    code: '503',
    message: 'again',
    untilMs: undefined,
    isUntilChanged: false,
  };
  expect(exhausted([attempt], huntAt(virginia))).toBeUndefined();
  expect(exhausted([], huntAt(virginia))).toBeUndefined();
  expect(exhausted([{ ...attempt, untilMs: nowMs }], huntAt(virginia))).toBeUndefined();
  expect(exhausted([{ ...attempt, untilMs: nowMs + 1 }], huntAt(virginia))?.untilMs).toBe(nowMs + 1);
});

test.for<{ name: string; fresh: Block; known: Block; isNew: boolean }>([
  { name: 'the same again', fresh: blocked(), known: blocked(), isNew: false },
  { name: 'the same for longer', fresh: blocked({ expiryMs: 600_001 }), known: blocked(), isNew: true },
  {
    name: 'one that a wider one covers',
    fresh: blocked(),
    known: blocked({ scope: 'region', reach: family }),
    isNew: false,
  },
  { name: 'a wider one', fresh: blocked({ scope: 'region', reach: family }), known: blocked(), isNew: true },
  {
    name: 'one that a wider one covers for less',
    fresh: blocked(),
    known: blocked({ scope: 'region', reach: family, expiryMs: 599_999 }),
    isNew: true,
  },
  {
    name: 'one that a block of the past covered',
    fresh: blocked(),
    known: blocked({}, big, virginia, 600_000),
    isNew: true,
  },
  {
    name: 'one of a refused account',
    fresh: blocked({ scope: 'region', reach: family }),
    known: blocked({ scope: 'account', reach: wide }),
    isNew: false,
  },
  {
    name: 'the account after its region',
    fresh: blocked({ scope: 'account', reach: wide }),
    known: blocked({ scope: 'region', reach: wide }),
    isNew: true,
  },
  {
    name: 'one beside a bad request, which is one deployment’s alone',
    fresh: blocked(),
    known: blocked({ scope: 'spec', reach: undefined }),
    isNew: true,
  },
  { name: 'one of another offer', fresh: blocked({}, small), known: blocked(), isNew: true },
])('$name is news: $isNew', ({ fresh, known, isNew }) => {
  expect(newBlocks([fresh], [known], nowMs)).toEqual(isNew ? [fresh] : []);
  expect(newBlocks([fresh, fresh], [], nowMs)).toEqual([fresh]);
});

test('a start that was granted clears what it proves wrong, and leaves what it says nothing of', () => {
  const [site, account] = [
    blocked({ scope: 'account', reach: wide }),
    blocked({ scope: 'account', reach: wide }, big, other),
  ];
  const [own, sibling] = [blocked(), blocked({}, small)];
  const hunt = huntAt(virginia, site, account, own, sibling, blocked({}, big, virginia, 600_000));
  expect(disproved(hunt, undefined)).toEqual([site]);
  expect(disproved(hunt, big)).toEqual([site, own]);
});

test('what was had is the first that no refusal spoke of', () => {
  const denial = { offer: big, verdict: verdictOf({ scope: 'zone', reach: wide }) };
  expect(offerHad([big, small, { ...g6, zone: 'b' }], [denial])).toEqual({ ...g6, zone: 'b' });
  expect(offerHad([big], [])).toEqual(big);
  expect(offerHad([big, small], [denial])).toBeUndefined();
});

test('the next try is the earliest of those that have one', () => {
  const at = (untilMs: number | undefined): Attempt => ({
    site: 's',
    offer: big,
    state: 'refused',
    class: 'capacity',
    code: 'C',
    message: 'm',
    untilMs,
    isUntilChanged: false,
  });
  expect(nextTryAtMs([at(undefined), at(7), at(5)])).toBe(5);
  expect(nextTryAtMs([at(undefined)])).toBeUndefined();
});

test.for<{ classes: readonly ErrorClass[]; worst: ErrorClass }>([
  { classes: ['capacity', 'quota'], worst: 'quota' },
  { classes: ['auth', 'capacity'], worst: 'capacity' },
  { classes: ['invalid', 'auth'], worst: 'auth' },
  { classes: ['unknown'], worst: 'unknown' },
])('of $classes the answer is $worst', ({ classes, worst }) => {
  const attempts = classes.map(
    (name): Attempt => ({
      site: 's',
      offer: big,
      state: 'refused',
      class: name,
      code: name,
      message: 'm',
      untilMs: 1,
      isUntilChanged: false,
    }),
  );
  expect(worstOf(attempts)?.class).toBe(worst);
});

const anyOffer: fc.Arbitrary<Offer> = fc
  .record({
    machine: fc.constantFrom('p5.48xlarge', 'p5.4xlarge', 'g6.12xlarge'),
    market: fc.constantFrom('on-demand', 'spot', 'reserved'),
    zone: fc.constantFrom('a', 'b', undefined),
  })
  .map((offer) => ({ ...offer, family: offer.machine.slice(0, 2) }));
const anyPlace = fc.constantFrom(virginia, twin, ohio, other, azure);
const anyBlock: fc.Arbitrary<Block> = fc
  .record({
    place: anyPlace,
    offer: anyOffer,
    scope: fc.constantFrom<BlockScope>('offer', 'zone', 'region', 'account', 'spec'),
    machines: fc.constantFrom('type', 'larger', 'family', 'all'),
    markets: fc.constantFrom('asked', 'all'),
    expiryMs: fc.option(fc.integer({ min: 1, max: 900_000 }), { nil: undefined }),
    agoMs: fc.integer({ min: 0, max: 900_000 }),
  })
  .map(({ place, offer, scope, machines, markets, expiryMs, agoMs }) =>
    blocked({ scope, reach: scope === 'spec' ? undefined : { machines, markets }, expiryMs }, offer, place, agoMs),
  );
const anySight: fc.Arbitrary<OfferSight> = fc.record(
  { offer: anyOffer, room: fc.integer({ min: 0, max: 2 }) },
  { requiredKeys: ['offer'] },
);

test('every offer is either proposed or explained, none that is blocked is proposed, and the order is the site’s own', () => {
  fc.assert(
    fc.property(
      fc.array(anySight, { maxLength: 8 }),
      fc.array(anyBlock, { maxLength: 8 }),
      anyPlace,
      (sights, blocks, place) => {
        const hunt = huntAt(place, ...blocks);
        const { ask, doomed } = outlookAt(sights, hunt);
        expect(ask.length + doomed.length).toBe(sights.length);
        for (const offer of ask)
          expect(blocks.some((block) => isBlocking(block, nowMs) && covers(block, hunt, offer))).toBe(false);
        for (const { code, message, untilMs } of doomed) {
          expect([code, message]).not.toContain('');
          expect(untilMs).toBeGreaterThan(nowMs);
        }
        const names = sights.map(({ offer }) => nameOfOffer(offer));
        const places = ask.map((offer) => sights.findIndex((sight) => sight.offer === offer));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(names).toHaveLength(sights.length);
      },
    ),
  );
});

test('what is not added again is covered all the same', () => {
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 8 }), anyPlace, anyOffer, (blocks, place, offer) => {
      const live = blocks.filter((block) => isBlocking(block, nowMs));
      const kept = newBlocks(live, [], nowMs);
      const isBlocked = (all: readonly Block[]): boolean => all.some((block) => covers(block, huntAt(place), offer));
      expect(isBlocked(kept)).toBe(isBlocked(live));
    }),
    { numRuns: 2000 },
  );
});

test('a block that nobody may break covers what it was made of', () => {
  fc.assert(
    fc.property(anyBlock, (block) => {
      const { offer } = block;
      expect(offer !== undefined && covers(block, huntAt(block), offer)).toBe(true);
      expect(offer !== undefined && isSameOffer(offer, offer)).toBe(true);
    }),
  );
});
