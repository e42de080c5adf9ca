import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameOfOffer, type OfferSight } from '../../../src/model/offer.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/aws/faults.ts';
import { type FakeQuotas, startFakeQuotas } from '../../fakes/aws/service-quotas.ts';
import { callOf, doneOf, fastClock, request, seenOf } from './support/desk.ts';
import { type AwsSite, makeAwsSite } from './support/site.ts';

let site: AwsSite;
let quotas: FakeQuotas;
beforeEach(async () => {
  [site, quotas] = await Promise.all([makeAwsSite({ clock: fastClock, speed: 10 }), startFakeQuotas()]);
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 384]);
  quotas.defaults.set('L-7212CCBC', ['All P Spot Instance Requests', 0]);
});
afterEach(() => Promise.all([site.dispose(), quotas.close()]));

const need = { deployment: 'chat', replicas: 1 };

async function look(session: Provider): Promise<readonly OfferSight[]> {
  return seenOf(await session.offers?.(need, callOf('')));
}

/** What is known of each, in short. */
async function lines(session: Provider): Promise<readonly string[]> {
  return (await look(session)).map(({ offer, usdPerHour, room, denied }) =>
    [nameOfOffer(offer), usdPerHour && `$${usdPerHour}`, room !== undefined && `room ${room}`, denied?.code]
      .filter((part) => part !== undefined && part !== false)
      .join(' '),
  );
}

const launches = (): number => site.ec2.calls.filter((each) => each === 'RunInstances').length;

test('says which zones have which machines, and no more where nothing more is asked', async () => {
  site.ec2.region.catalogue.notOffered.add('p5.48xlarge us-east-1b');
  expect(await lines(await site.open())).toEqual([
    'p5.48xlarge us-east-1a on-demand',
    'p5.48xlarge us-east-1b on-demand Unsupported',
    'p4d.24xlarge us-east-1a on-demand',
    'p4d.24xlarge us-east-1b on-demand',
  ]);
  expect(site.ec2.calls).toEqual(['DescribeInstanceTypeOfferings']);
});

test('a lost launch is repeated though a look says that it would be refused: its own machine may be why', async () => {
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  const session = await site.open();
  expect((await session.start(request, callOf('k1'))).kind).toBe('unknown');
  site.ec2.region.lagMs = 3_600_000;
  site.ec2.region.catalogue.notOffered.add('p5.48xlarge us-east-1a');
  await look(session);
  doneOf(await session.start(request, callOf('k1')));
  expect(site.ec2.region.machines).toHaveLength(1);
});

test('a connection that breaks once leaves no look half blind', async () => {
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 0]);
  for (const action of ['DescribeInstanceTypeOfferings', 'DescribeInstances', 'DescribeInstanceTypes'])
    site.ec2.fault({ action, when: 'before', answer: 'drop' });
  const session = await site.openWith({ settings: { machines: ['p5.48xlarge'], quotas: { endpoint: quotas.url } } });
  expect((await look(session)).map(({ denied }) => denied?.code)).toEqual(['VcpuLimitExceeded', 'VcpuLimitExceeded']);
});

test('spot prices are of the zone; where EC2 has none, none is said', async () => {
  site.ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1b', '31.464');
  const session = await site.openWith({ settings: { market: ['spot'], machines: ['p5.48xlarge'] } });
  expect(await lines(session)).toEqual(['p5.48xlarge us-east-1a spot', 'p5.48xlarge us-east-1b spot $31.464']);
});

test.for([
  [{ market: ['on-demand'] }, 'EC2 says prices of spot machines only'],
  [{ market: ['spot'], zones: undefined }, 'spot has a price in each zone, and the site names none (zones)'],
  [{ market: ['spot'], zones: ['us-east-1a'] }, undefined],
] as const)('with %j says why there is no price, as far as that is known', async ([settings, why]) => {
  const session = await site.openWith({ settings: { machines: ['p5.48xlarge'], ...settings } });
  expect((await look(session)).map(({ unpriced }) => unpriced)[0]).toBe(why);
});

test('whoever asks for prices hears how many accelerators they are divided between; a start does not wait for that', async () => {
  const { catalogue } = site.ec2.region;
  catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
  for (const zone of ['us-east-1a', 'us-east-1b']) catalogue.notOffered.add(`p9.1xlarge ${zone}`);
  const session = await site.openWith({ settings: { market: ['spot'], machines: ['p5.48xlarge', 'p9.1xlarge'] } });
  const asked = async (more: object) => seenOf(await session.offers?.({ ...need, ...more }, callOf('')));
  expect((await asked({}))[0]).toMatchObject({ usdPerHour: 31.464 });
  expect(site.ec2.calls).not.toContain('DescribeInstanceTypes');
  expect((await asked({ forPrices: true }))[0]).toMatchObject({ usdPerHour: 31.464, accelerators: 8 });
  await asked({ forPrices: true });
  expect(site.ec2.calls.filter((each) => each === 'DescribeInstanceTypes')).toHaveLength(1);
});

test('a price keeps the time at which EC2 said it, also when it is given again', async () => {
  site.ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
  const session = await site.openWith({ settings: { market: ['spot'], machines: ['p5.48xlarge'] } });
  const [first] = await look(session);
  await expect.poll(() => fastClock.nowMs()).toBeGreaterThan((first?.pricedAtMs ?? 0) + 20);
  const [again] = await look(session);
  expect(first?.pricedAtMs).toBeDefined();
  expect(again?.pricedAtMs).toBe(first?.pricedAtMs);
});

test.for(['DescribeSpotPriceHistory', 'DescribeInstanceTypes'])(
  'without an answer of %s nothing is made up',
  async (action) => {
    site.ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
    site.ec2.fault({ action, when: 'before', answer: answers.throttled, times: 9 });
    const session = await site.openWith({ settings: { market: ['spot'], machines: ['p5.48xlarge'] } });
    const [sight] = seenOf(await session.offers?.({ ...need, forPrices: true }, callOf('')));
    const isPrice = action === 'DescribeSpotPriceHistory';
    expect([sight?.usdPerHour, sight?.accelerators]).toEqual(isPrice ? [undefined, 8] : [31.464, undefined]);
  },
);

test('a quota says how many more may run, of the size each takes; what runs is counted, whoever started it', async () => {
  const settings = { market: ['on-demand', 'spot'], zones: ['us-east-1a'], quotas: { endpoint: quotas.url } };
  const session = await site.openWith({ settings });
  expect(await lines(session)).toEqual([
    'p5.48xlarge us-east-1a on-demand room 2',
    'p4d.24xlarge us-east-1a on-demand room 4',
    // The account has no spot quota of its own: that of every account holds.
    'p5.48xlarge us-east-1a spot room 0 MaxSpotInstanceCountExceeded',
    'p4d.24xlarge us-east-1a spot room 0 MaxSpotInstanceCountExceeded',
  ]);
  doneOf(await session.start(request, callOf('k1')));
  const later = await site.openWith({ settings });
  expect((await lines(later)).slice(0, 2)).toEqual([
    'p5.48xlarge us-east-1a on-demand room 1',
    'p4d.24xlarge us-east-1a on-demand room 2',
  ]);
  const [, , denied] = await look(later);
  expect(denied?.denied?.message).toBe(
    'All P Spot Instance Requests: 0 of 0 vCPUs are in use, and one p5.48xlarge takes 192',
  );
});

test('no machine is asked for where the quota has no room for it', async () => {
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 100]);
  const session = await site.openWith({ settings: { quotas: { endpoint: quotas.url } } });
  expect((await lines(session)).slice(0, 2)).toEqual([
    'p5.48xlarge us-east-1a on-demand room 0 VcpuLimitExceeded',
    'p5.48xlarge us-east-1b on-demand room 0 VcpuLimitExceeded',
  ]);
  const heard: string[] = [];
  doneOf(await session.start({ ...request, tell: ({ offer }) => heard.push(nameOfOffer(offer)) }, callOf('k1')));
  expect(site.ec2.region.machines.map(({ terms }) => terms.type)).toEqual(['p4d.24xlarge']);
  expect([launches(), heard]).toEqual([1, ['p5.48xlarge us-east-1a on-demand', 'p5.48xlarge us-east-1b on-demand']]);
});

test('with no room for any there is no launch at all, and the refusal says why', async () => {
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 0]);
  const session = await site.openWith({ settings: { quotas: { endpoint: quotas.url } } });
  await look(session);
  const reply = await session.start(request, callOf('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'quota', code: 'VcpuLimitExceeded' } });
  expect(launches()).toBe(0);
});

test('who names an offer gets it asked for, whatever a look said before', async () => {
  const session = await site.open();
  site.ec2.region.catalogue.notOffered.add('p5.48xlarge us-east-1a');
  const [first] = await look(session);
  if (first === undefined) throw new Error('nothing is offered');
  const reply = await session.start({ ...request, offers: [first.offer] }, callOf('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { code: 'Unsupported' } });
  expect(launches()).toBe(1);
});

test('a look that is half a minute old stands in no way of a start', async () => {
  quotas.own.set('L-417A185B', ['Running On-Demand P instances', 0]);
  const session = await site.openWith({ settings: { quotas: { endpoint: quotas.url } } });
  await look(session);
  await fastClock.sleep(30_001, new AbortController().signal);
  doneOf(await session.start(request, callOf('k1')));
});

test('what was answered is not asked again while it is good', async () => {
  const settings = { market: ['reserved', 'on-demand', 'spot'], quotas: { endpoint: quotas.url } };
  const session = await site.openWith({ settings });
  await look(session);
  const first = [...site.ec2.calls, ...quotas.calls].toSorted();
  expect(first).toEqual([
    ...['DescribeCapacityReservations', 'DescribeInstanceTypeOfferings', 'DescribeInstanceTypes', 'DescribeInstances'],
    ...['DescribeSpotPriceHistory', 'GetAWSDefaultServiceQuota', 'GetServiceQuota', 'GetServiceQuota'],
  ]);
  for (let count = 0; count < 5; count += 1) await look(session);
  expect([...site.ec2.calls, ...quotas.calls]).toHaveLength(first.length);
  await fastClock.sleep(30_001, new AbortController().signal);
  await look(session);
  // What runs and what is left of reservations, and nothing else.
  expect(site.ec2.calls.slice(first.length - quotas.calls.length).toSorted()).toEqual([
    'DescribeCapacityReservations',
    'DescribeInstances',
  ]);
});

test.for([
  ['spot prices', 'DescribeSpotPriceHistory'],
  ['reservations', 'DescribeCapacityReservations'],
  ['what runs', 'DescribeInstances'],
  ['sizes', 'DescribeInstanceTypes'],
] as const)('%s that cannot be read stay unknown, and everything else is said', async ([, action]) => {
  site.ec2.region.catalogue.spotPrices.set('p5.48xlarge us-east-1a', '31.464');
  const settings = { market: ['reserved', 'spot'], zones: ['us-east-1a'], machines: ['p5.48xlarge'] };
  const session = await site.openWith({ settings: { ...settings, quotas: { endpoint: quotas.url } } });
  site.ec2.fault({ action, when: 'before', answer: answers.throttled });
  const [reserved, spot] = await look(session);
  expect([reserved?.room, spot?.room, spot?.usdPerHour]).toEqual(
    {
      DescribeSpotPriceHistory: [0, 0, undefined],
      DescribeCapacityReservations: [undefined, 0, 31.464],
      DescribeInstances: [0, undefined, 31.464],
      DescribeInstanceTypes: [0, undefined, 31.464],
    }[action],
  );
});

test('quotas that may not be read, or of which there is none, stay unknown', async () => {
  const settings = { zones: ['us-east-1a'], machines: ['p5.48xlarge', 'g6.xlarge'], quotas: { endpoint: quotas.url } };
  quotas.isDenied = true;
  const bare = ['p5.48xlarge us-east-1a on-demand', 'g6.xlarge us-east-1a on-demand'];
  expect(await lines(await site.openWith({ settings }))).toEqual(bare);
  quotas.isDenied = false;
  expect(await lines(await site.openWith({ settings }))).toEqual([`${bare[0]} room 2`, bare[1]]);
});

test('without the machines of the zones nothing is seen', async () => {
  site.ec2.fault({ action: 'DescribeInstanceTypeOfferings', when: 'before', answer: answers.expired });
  expect(await (await site.open()).offers?.(need, callOf(''))).toMatchObject({
    kind: 'unknown',
    error: { class: 'auth' },
  });
});
