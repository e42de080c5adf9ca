import { expect, test } from 'vitest';
import { findingsOf, loaded, providers } from './support/load.ts';

interface Parts {
  readonly capacity?: string;
  readonly left?: string;
  readonly right?: string;
  readonly rebalance?: string;
}

const whole = ', rated: { requestsPerSecond: 10 }, price: { amount: 2, currency: USD, per: hour }';
const line = (market: string, accelerator = 'H100') =>
  `{ accelerator: ${accelerator}, market: ${market}, count: 8, price: { amount: 2, currency: USD, per: accelerator-hour } }`;

const asked = ({ market = 'spot', price = '{ source: provider }', more = '' } = {}) =>
  `{ accelerator: H100, market: ${market}, count: 8${more}, price: ${price} }`;
const lacking = (keys: readonly string[]) => keys.map((key) => `3:115 sites.left.capacity.price needs "${key}"`);

/** Line 3 is a site, 9 and 10 are placements, 11 is rebalance. */
const config = ({ capacity = '', left = whole, right = whole, rebalance = '{}' }: Parts) => `version: 1
sites:
  left: { provider: local, vendor: aws, ports: 9100-9109${capacity === '' ? '' : `, capacity: [${capacity}]`} }
  right: { provider: local, ports: 9200-9209 }
deployments:
  chat:
    model: tiny
    sites:
      left: { command: [server]${left} }
      right: { command: [server]${right} }
rebalance: ${rebalance}
`;

const rated = ', rated: { requestsPerSecond: 10 }';

test.for<[string, Parts, readonly string[]]>([
  ['nothing wrong', {}, []],
  [
    'a vendor nobody is',
    { rebalance: '{ constraints: { vendorShare: { awz: { max: 50% } } } }' },
    ['11:44 no site is of the vendor "awz"'],
  ],
  [
    'a deployment that is none may use spot',
    { rebalance: '{ constraints: { spot: { onlyFor: [chta] } } }' },
    ['11:47 deployment "chta" is not defined'],
  ],
  [
    'a demand of a deployment that is none',
    { rebalance: '{ demand: { chta: 5rps } }' },
    ['11:24 deployment "chta" is not defined'],
  ],
  [
    'a demand of nothing',
    { rebalance: '{ demand: { chat: 0rps } }' },
    ['11:30 a rate is written such as 50rps, at most 1000000rps'],
  ],
  ['as many sites as there are', { rebalance: '{ constraints: { minimumSites: 2 } }' }, []],
  [
    'more sites than a deployment has',
    { rebalance: '{ constraints: { minimumSites: 3 } }' },
    ['11:43 chat has 2 sites, and each deployment needs 3: nothing could be planned'],
  ],
  [
    'a window that is none',
    { rebalance: '{ windows: { allow: [Mon-Fri 06:00] } }' },
    ['11:33 a window is written such as Mon-Fri 06:00-20:00'],
  ],
  [
    'a zone that is none',
    { rebalance: '{ windows: { allow: [Mon 06:00-07:00], timezone: Europe/Oslow } }' },
    ['11:61 must be a time zone such as Europe/Stockholm'],
  ],
  [
    'no rating',
    { right: ', price: { amount: 2, currency: USD, per: hour }' },
    [
      '10:7 right has no "rated": capacity of chat is compared in replicas',
      '10:7 rebalance needs what one replica serves of right',
    ],
  ],
  ['no price', { right: rated }, ['10:7 rebalance needs the price of right']],
  ['a price by the accelerator', { capacity: line('reserved'), left: `${rated}, use: H100:8` }, []],
  [
    'two lines for one thing',
    { capacity: `${line('spot')}, ${line('spot')}`, left: `${whole}, use: H100:8` },
    ['3:177 left has spot H100 twice: write one line with the sum'],
  ],
  [
    'a response size of a deployment that is none',
    { rebalance: '{ responseSize: { chta: 5 } }' },
    ['11:30 deployment "chta" is not defined'],
  ],
  ['a response of no bytes', { rebalance: '{ responseSize: { chat: 0 } }' }, ['11:36 must be at least 1']],
  [
    'a price of egress by the terabyte',
    { capacity: `${line('spot')}], egress: { amount: 1, currency: USD, per: TiB }, residency: [` },
    ['3:219 per must be GiB'],
  ],
  ['a price of the provider', { capacity: asked(), left: `${rated}, use: H100:8` }, []],
  [
    'a price of the provider with another for when it says none',
    { capacity: asked({ price: '{ source: provider, amount: 2, currency: USD, per: accelerator-hour }' }) },
    [],
  ],
  [
    'a price without its parts',
    { capacity: asked({ price: '{ source: config, amount: 2 }' }) },
    lacking(['currency', 'per']),
  ],
  ['a price without anything', { capacity: asked({ price: '{}' }) }, lacking(['amount', 'currency', 'per'])],
  [
    'a price that stands in without its parts',
    { capacity: asked({ price: '{ source: provider, amount: 2 }' }) },
    lacking(['currency', 'per']),
  ],
  [
    'a price of a source that is none',
    { capacity: asked({ price: '{ source: provder }' }) },
    ['3:132 source must be config or provider'],
  ],
  [
    'a reservation whose price the provider should say',
    { capacity: asked({ market: 'reserved' }) },
    ['3:136 no provider says what a reservation costs'],
  ],
  [
    'a price of the provider where it could be of two accelerators',
    { capacity: `${asked()}, ${line('spot', 'B200')}` },
    ['3:70 left has several accelerators: say which machines have H100'],
  ],
  [
    'a price of the provider of one of two accelerators',
    { capacity: `${asked({ more: ', machines: [p5.48xlarge]' })}, ${line('spot', 'B200')}` },
    [],
  ],
  [
    'no machine type at all',
    { capacity: asked({ more: ', machines: []' }) },
    ['3:125 at least one machine type, or leave it out'],
  ],
  ['two markets', { capacity: `${line('spot')}, ${line('reserved')}`, left: `${whole}, use: H100:8` }, []],
  [
    'an accelerator that is not there',
    { capacity: line('spot', 'B200'), left: `${whole}, use: H100:8` },
    ['9:121 left has no capacity of H100'],
  ],
  ['a use where the site says nothing', { left: `${whole}, use: H100:8` }, ['9:121 left has no capacity of H100']],
  [
    'a use without a count',
    { left: `${whole}, use: H100` },
    ['9:121 what a replica takes is written ACCELERATOR:COUNT, such as H100:8'],
  ],
])('%s', async ([, parts, findings]) => {
  expect(await findingsOf(config(parts))).toEqual(findings);
});

test.for([
  ['no', ['3:132 local says no prices']],
  ['yes', []],
] as const)('a provider is asked for prices only if it says any: %s', async ([prices, findings]) => {
  const { local } = providers;
  if (local === undefined) throw new Error('there is the provider local');
  const plugin = () => Promise.resolve({ capabilities: { prices } });
  const given = { providers: { ...providers, local: { ...local, plugin } } };
  expect(await findingsOf(config({ capacity: asked() }), given)).toEqual(findings);
  const loads = { ...given.providers, local: { ...local, plugin: () => Promise.reject(new Error('loaded')) } };
  expect(await findingsOf(config({ capacity: line('spot') }), { providers: loads })).toEqual([]);
});

test('what is asked of the provider is said so in the model, and nothing else changes', async () => {
  const price = '{ source: provider, amount: 2, currency: USD, per: accelerator-hour }';
  const [only, both] = await Promise.all(
    [asked({ more: ', machines: [p5.48xlarge]' }), asked({ price })].map(async (capacity) => {
      const { config: model } = await loaded(config({ capacity, rebalance: '{ prices: { maxAge: 30m } }' }));
      expect(model.rebalance?.priceMaxAgeMs).toBe(1_800_000);
      return model.sites[0]?.capacity;
    }),
  );
  const common = { accelerator: 'H100', market: 'spot', count: 8, priceSource: 'provider' };
  expect(only).toEqual([{ ...common, machines: ['p5.48xlarge'] }]);
  expect(both).toEqual([{ ...common, usdPerHour: 2 }]);
});

test('what leaves a site has a price and a size', async () => {
  const text = config({
    capacity: `${line('spot')}], egress: { amount: 0.05, currency: USD, per: GiB }, residency: [`,
    rebalance: '{ responseSize: { chat: 12000 } }',
  });
  const { config: model } = await loaded(text);
  expect(model.sites.map(({ egressUsdPerGiB }) => egressUsdPerGiB)).toEqual([0.05, undefined]);
  expect(model.rebalance?.responseBytes).toEqual({ chat: 12_000 });
});

test('without rebalance nothing needs a rating or a price', async () => {
  const text = config({ left: '', right: '' }).replace(/^rebalance.*$/m, '');
  expect(await findingsOf(text)).toEqual([]);
});

test('what is not written has its default, and what may be absent is absent', async () => {
  const { config: model } = await loaded(config({}));
  expect(model.rebalance).toEqual({
    objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 86_400_000 },
    constraints: { vendorMaxRatio: {}, headroomRatio: 0.2, minimumSites: 1, survive: 'site' },
    maxChange: {},
    demandRps: {},
    priceMaxAgeMs: 3_600_000,
    run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
    minimumGainUsdPerHour: 0,
  });
});
