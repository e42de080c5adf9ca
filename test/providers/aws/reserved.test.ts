import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameOfOffer, type Offer } from '../../../src/model/offer.ts';
import { offersOf, runRequest, tokenOf } from '../../../src/providers/aws/request.ts';
import { awsSettings } from '../../../src/providers/aws/schema.ts';
import { callOf, doneOf, fastClock, request } from './support/desk.ts';
import { type AwsSite, makeAwsSite } from './support/site.ts';

const [first, second, block] = ['cr-0000000000000000a', 'cr-0000000000000000b', 'cr-0000000000000000c'];
const named = [
  { id: first, machine: 'p5.48xlarge', zone: 'us-east-1a' },
  { id: second, machine: 'p5.48xlarge', zone: 'us-east-1a' },
  { id: block, machine: 'p6e-gb200.36xlarge', zone: 'us-east-1b', block: true },
];
const settings = {
  ...{ region: 'us-east-1', zones: ['us-east-1a', { zone: 'us-east-1b', subnet: 'subnet-0123456789abcdef0' }] },
  ...{ machines: ['p4d.24xlarge'], launch: { template: 'lt-0123456789abcdef0' }, reservations: named },
};
const owner = { site: 'virginia', deployment: 'chat', slot: 0, startKey: 'op-1' };

test('what is reserved is offered first, by its own type and zone, before what anybody can have', () => {
  expect(offersOf(awsSettings.parse(settings)).map(nameOfOffer)).toEqual([
    `p5.48xlarge us-east-1a reserved ${first}`,
    `p5.48xlarge us-east-1a reserved ${second}`,
    `p6e-gb200.36xlarge us-east-1b reserved ${block}`,
    'p4d.24xlarge us-east-1a on-demand',
    'p4d.24xlarge us-east-1b on-demand',
  ]);
  const last = offersOf(awsSettings.parse({ ...settings, market: ['spot', 'reserved'] }));
  expect(last.map(({ market }) => market)).toEqual(['spot', 'spot', 'reserved', 'reserved', 'reserved']);
});

test('a reservation is targeted, a block in its own market, in the subnet of its zone; each has its own token', () => {
  const parsed = awsSettings.parse(settings);
  const [one, two, three] = offersOf(parsed);
  if (one === undefined || two === undefined || three === undefined) throw new Error('three are reserved');
  const asked = (offer: Offer) => ({ offer, epoch: 1, startup: { kind: 'none' } as const });
  const target = (id: string | undefined) => ({ CapacityReservationTarget: { CapacityReservationId: id } });
  expect(runRequest(parsed, owner, asked(one))).toMatchObject({
    ...{ CapacityReservationSpecification: target(first), Placement: { AvailabilityZone: 'us-east-1a' } },
  });
  expect(runRequest(parsed, owner, asked(one))).not.toHaveProperty('InstanceMarketOptions');
  expect(runRequest(parsed, owner, asked(three))).toMatchObject({
    ...{ CapacityReservationSpecification: target(block), SubnetId: 'subnet-0123456789abcdef0' },
    InstanceMarketOptions: { MarketType: 'capacity-block' },
  });
  expect(tokenOf(owner, one)).not.toBe(tokenOf(owner, two));
});

let site: AwsSite;
beforeEach(async () => {
  site = await makeAwsSite({ clock: fastClock, speed: 10 });
});
afterEach(() => site.dispose());

function reserve(id: string | undefined, change: object = {}): void {
  site.ec2.region.catalogue.reservations.push({
    ...{ CapacityReservationId: id ?? '', InstanceType: 'p5.48xlarge', AvailabilityZone: 'us-east-1a' },
    ...{ State: 'active', InstanceMatchCriteria: 'targeted', TotalInstanceCount: 1, ...change },
  });
}

const made = (): readonly unknown[] =>
  site.ec2.region.machines.map(({ terms: { type, reservation } }) => [type, reservation]);

test('one that is full says nothing of the next one; then comes what anybody can have', async () => {
  for (const id of [first, second]) reserve(id);
  reserve(block, {
    InstanceType: 'p6e-gb200.36xlarge',
    AvailabilityZone: 'us-east-1b',
    ReservationType: 'capacity-block',
  });
  const session = await site.openWith({
    settings: { reservations: named, zones: ['us-east-1a'], machines: ['p4d.24xlarge'] },
  });
  for (const slot of [0, 1, 2, 3]) doneOf(await session.start({ ...request, slot }, callOf(`k${slot}`)));
  expect(made()).toEqual([
    ['p5.48xlarge', first],
    ['p5.48xlarge', second],
    ['p6e-gb200.36xlarge', block],
    ['p4d.24xlarge', undefined],
  ]);
});

test('without names any open reservation will do, and none that is not open', async () => {
  reserve(first);
  const session = await site.openWith({ settings: { market: ['reserved'] } });
  expect(await session.start(request, callOf('k1'))).toMatchObject({
    ...{ kind: 'refused', error: { class: 'capacity', code: 'ReservationCapacityExceeded' } },
  });
  reserve(second, { InstanceMatchCriteria: 'open' });
  doneOf(await session.start(request, callOf('k2')));
  expect(made()).toEqual([['p5.48xlarge', second]]);
});

test.for([
  ['an id of another kind', { id: 'r-1', machine: 'p5.48xlarge', zone: 'us-east-1a' }, 'a reservation is written like'],
  ['no zone', { id: first, machine: 'p5.48xlarge' }, 'zone'],
  ['no machine type', { id: first, zone: 'us-east-1a' }, 'machine'],
] as const)('refuses a reservation with %s', ([, reservation, says]) => {
  const parsed = awsSettings.safeParse({ ...settings, reservations: [reservation] });
  expect(JSON.stringify(parsed.error?.issues)).toContain(says);
});
