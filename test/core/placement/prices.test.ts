import { expect, test } from 'vitest';
import { priceSites, pricesInUse, sitesToAsk } from '../../../src/core/placement/prices.ts';
import type { Deployment } from '../../../src/model/deployment.ts';
import type { OfferSight } from '../../../src/model/offer.ts';
import type { Seen } from '../../../src/model/outcome.ts';
import type { SiteCapacity } from '../../../src/model/rebalance-policy.ts';
import { nowMs, siteView, view } from '../support/view.ts';

const hourMs = 3_600_000;
const asked: SiteCapacity = { accelerator: 'H100', market: 'spot', count: 16, priceSource: 'provider' };
const backed: SiteCapacity = { ...asked, usdPerHour: 2 };

/** Left has the lines, and chat uses its H100 there. */
function world(...capacity: readonly SiteCapacity[]) {
  const [left, right] = [siteView('left'), siteView('right')];
  const sites = [{ ...left.site, provider: 'aws', capacity }, right.site];
  const placement = { ...left.placement, use: { accelerator: 'H100', count: 8 } };
  const deployments: readonly Deployment[] = [{ ...view().deployment, placements: [placement, right.placement] }];
  return { sites, deployments };
}

interface OfferChange {
  readonly machine?: string;
  readonly zone?: string;
  readonly market?: 'spot' | 'on-demand';
  readonly without?: 'usdPerHour' | 'accelerators';
  readonly change?: Partial<OfferSight>;
}

/** A machine of eight for 24 dollars, said ten seconds ago. */
function sight({
  machine = 'p5.48xlarge',
  zone = 'a',
  market = 'spot',
  without,
  change,
}: OfferChange = {}): OfferSight {
  const offer = { machine, family: 'p5', market, zone };
  const whole = { offer, usdPerHour: 24, accelerators: 8, pricedAtMs: nowMs - 10_000, ...change };
  const { usdPerHour, accelerators, ...rest } = whole;
  return {
    ...rest,
    ...(without === 'usdPerHour' ? {} : { usdPerHour }),
    ...(without === 'accelerators' ? {} : { accelerators }),
  };
}

const seen = (...value: readonly OfferSight[]): Seen<readonly OfferSight[]> => ({ kind: 'seen', value, asOfMs: nowMs });
const full = { denied: { class: 'quota', code: 'MaxSpotInstanceCountExceeded', message: 'full' } } as const;

function priced(line: SiteCapacity, said: Seen<readonly OfferSight[]> | undefined) {
  const { sites, deployments } = world(line);
  const offered = new Map(said === undefined ? [] : [['left', said]]);
  return priceSites(sites, offered, { deployments, maxAgeMs: hourMs, nowMs });
}

test.for<[string, readonly OfferSight[], number, string]>([
  ['divided between its accelerators', [sight()], 3, 'p5.48xlarge a spot'],
  ['of the first that is tried', [sight(), sight({ zone: 'b', change: { usdPerHour: 8 } })], 3, 'p5.48xlarge a spot'],
  [
    'of the next where the first would be refused',
    [sight({ change: full }), sight({ zone: 'b', change: { usdPerHour: 32 } })],
    4,
    'p5.48xlarge b spot',
  ],
  [
    'of the first where all would be refused: some may run',
    [sight({ change: full }), sight({ zone: 'b', change: { ...full, usdPerHour: 8 } })],
    3,
    'p5.48xlarge a spot',
  ],
  ['of the market asked about', [sight({ market: 'on-demand' }), sight({ zone: 'b' })], 3, 'p5.48xlarge b spot'],
  ['as old as it may be', [sight({ change: { pricedAtMs: nowMs - hourMs } })], 3, 'p5.48xlarge a spot'],
])('a price of the provider is %s', ([, sights, usdPerHour, offer]) => {
  const { prices, reasons, sites } = priced(asked, seen(...sights));
  expect(reasons).toEqual([]);
  expect(prices).toMatchObject([
    { pool: 'left/H100/spot', site: 'left', market: 'spot', usdPerHour, from: 'provider', provider: 'aws', offer },
  ]);
  expect(prices[0]?.asOfMs).toBe(sights.find((each) => offer.includes(` ${each.offer.zone} `))?.pricedAtMs);
  expect(sites[0]?.capacity?.[0]?.usdPerHour).toBe(usdPerHour);
});

test('a price without a date of its own is as old as the look', () => {
  const { pricedAtMs: _, ...undated } = sight();
  const { prices } = priced(asked, { kind: 'seen', value: [undated], asOfMs: nowMs - 70 });
  expect(prices).toMatchObject([{ asOfMs: nowMs - 70 }]);
});

test('only machines that have the accelerator are looked at, where it is said which', () => {
  const other = sight({ machine: 'p4d.24xlarge', change: { usdPerHour: 8 } });
  expect(priced({ ...asked, machines: ['p5.48xlarge'] }, seen(other, sight())).prices).toMatchObject([
    { usdPerHour: 3 },
  ]);
  expect(priced(asked, seen(other, sight())).prices).toMatchObject([{ usdPerHour: 1 }]);
});

const away = {
  kind: 'unknown',
  error: { class: 'auth', code: 'UnauthorizedOperation', message: 'not allowed' },
} as const;

test.for<[string, Seen<readonly OfferSight[]> | undefined, string]>([
  ['a provider that says nothing', undefined, 'aws says no prices'],
  ['no answer', away, 'aws did not say: not allowed'],
  ['no such offer', seen(sight({ market: 'on-demand' })), 'it has no spot offer of any machine'],
  ['an offer without a price', seen(sight({ without: 'usdPerHour' })), 'aws says no price of p5.48xlarge a spot'],
  [
    'an offer without a price, for a reason that the provider knows',
    seen(sight({ without: 'usdPerHour', change: { unpriced: 'it names no zone' } })),
    'aws says no price of p5.48xlarge a spot: it names no zone',
  ],
  [
    'a first offer without a price, and another with one',
    seen(sight({ without: 'usdPerHour' }), sight({ zone: 'b' })),
    'aws says no price of p5.48xlarge a spot',
  ],
  [
    'a machine of unknown make',
    seen(sight({ without: 'accelerators' })),
    'aws does not say how many accelerators p5.48xlarge a spot has',
  ],
  [
    'a price a moment too old',
    seen(sight({ change: { pricedAtMs: nowMs - hourMs - 1 } })),
    'the price of p5.48xlarge a spot is 1h old, at most 1h (rebalance.prices.maxAge)',
  ],
])('%s: the written price stands in and says so; without one there is none', ([, said, why]) => {
  const stood = priced(backed, said);
  expect(stood.reasons).toEqual([]);
  expect(stood.prices).toEqual([
    {
      ...{ pool: 'left/H100/spot', site: 'left', market: 'spot', usdPerHour: 2, from: 'config', asOfMs: nowMs },
      instead: why,
    },
  ]);
  const { prices, reasons, sites } = priced(asked, said);
  expect(prices).toEqual([]);
  expect(reasons).toEqual([
    {
      ...{ code: 'PriceUnknown', site: 'left', deployment: 'chat' },
      message: `nobody says what H100 spot costs at left: ${why}`,
    },
  ]);
  expect(sites[0]?.capacity?.[0]).not.toHaveProperty('usdPerHour');
});

test('what nobody uses is not asked about, and lacks nothing', () => {
  const { sites, deployments } = world({ ...asked, accelerator: 'B200' });
  expect(sitesToAsk(sites, deployments)).toEqual([]);
  expect(priceSites(sites, new Map(), { deployments, maxAgeMs: undefined, nowMs })).toMatchObject({
    ...{ prices: [], reasons: [] },
  });
  const used = world(asked, backed);
  expect(sitesToAsk(used.sites, used.deployments)).toEqual([{ site: 'left', deployment: 'chat' }]);
  const { priceSource: _, ...written } = backed;
  expect(sitesToAsk(world(written).sites, deployments)).toEqual([]);
});

test('what is written is as old as the plan, also of what one placement has for itself', () => {
  const { priceSource: _, ...written } = backed;
  const { prices } = priced({ ...written, market: 'reserved' }, undefined);
  expect(prices).toEqual([
    { pool: 'left/H100/reserved', site: 'left', market: 'reserved', usdPerHour: 2, from: 'config', asOfMs: nowMs },
  ]);
  const choice = { deployment: 'chat', units: 8, ratedRps: 1, today: 0, startupHours: 0 };
  // What a reservation costs is paid anyway: the program counts 0, and the plan says what is paid.
  const shared = { name: 'left/H100/reserved', site: 'left', market: 'reserved', usdPerHour: 0 } as const;
  const own = { name: 'right/chat', site: 'right', market: 'on-demand', usdPerHour: 9 } as const;
  const choices = [shared, shared, own].map((pool) => ({ ...choice, pool }));
  expect(pricesInUse(choices, prices, nowMs)).toMatchObject([
    { pool: 'left/H100/reserved', usdPerHour: 2 },
    { pool: 'right/chat', usdPerHour: 9, from: 'config', asOfMs: nowMs },
  ]);
});
