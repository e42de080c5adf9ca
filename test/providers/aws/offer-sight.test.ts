import type { CapacityReservation, Instance, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Offer } from '../../../src/model/offer.ts';
import { countAccelerators, type Knowledge, sightOf } from '../../../src/providers/aws/offer-sight.ts';
import { quotaClassOf, vcpusInUse } from '../../../src/providers/aws/quota-classes.ts';
import { awsSettings } from '../../../src/providers/aws/schema.ts';

const nowMs = Date.parse('2026-12-01T10:00:00Z');
const halfAnHour = 30 * 60_000;
const named: Offer = {
  machine: 'p5.48xlarge',
  family: 'p5',
  market: 'reserved',
  zone: 'us-east-1a',
  reservation: 'cr-1',
};
const { reservation: _, ...open } = named;

const settings = awsSettings.parse({
  ...{ region: 'us-east-1', machines: ['p5.48xlarge'], launch: { template: 'lt-0123456789abcdef0' } },
});

function reserved(change: CapacityReservation = {}): CapacityReservation {
  return {
    ...{ CapacityReservationId: 'cr-1', InstanceType: 'p5.48xlarge', AvailabilityZone: 'us-east-1a', State: 'active' },
    ...{ TotalInstanceCount: 4, AvailableInstanceCount: 3, InstanceMatchCriteria: 'targeted', ...change },
  };
}

function know(change: Partial<Knowledge>): Knowledge {
  const offered = [{ InstanceType: 'p5.48xlarge', Location: 'us-east-1a' } as const];
  return {
    ...{ settings, nowMs, offered, quotas: new Map() },
    ...{ prices: undefined, accelerators: undefined, reservations: undefined, ...change },
  };
}

const block = { ReservationType: 'capacity-block' } as const;
const blockTo = (ms: number): CapacityReservation => ({ ...block, EndDate: new Date(nowMs + ms) });

test.for<{ name: string; change: CapacityReservation; room?: number; denied?: string }>([
  { name: 'what is left of it', change: {}, room: 3 },
  { name: 'one left', change: { AvailableInstanceCount: 1 }, room: 1 },
  { name: 'none left', change: { AvailableInstanceCount: 0 }, room: 0, denied: 'ReservationCapacityExceeded' },
  { name: 'not known, where EC2 does not say', change: { AvailableInstanceCount: undefined } },
  { name: 'none before it begins', change: { State: 'scheduled' }, room: 0, denied: 'ReservationCapacityExceeded' },
  { name: 'none after its end', change: { State: 'expired' }, room: 0, denied: 'ReservationCapacityExceeded' },
  {
    name: 'none of an UltraServer that is out',
    change: { ...block, LaunchStatus: 'unlaunchable' },
    room: 0,
    denied: 'ReservationCapacityExceeded',
  },
  { name: 'what is left of an UltraServer', change: { ...block, LaunchStatus: 'launchable' }, room: 3 },
  {
    name: 'none of a block that ends in half an hour',
    change: blockTo(halfAnHour),
    room: 0,
    denied: 'ReservationCapacityExceeded',
  },
  { name: 'what is left of a block a moment before that', change: blockTo(halfAnHour + 1), room: 3 },
  { name: 'what is left of another reservation to its very end', change: { EndDate: new Date(nowMs + 1) }, room: 3 },
  {
    name: 'wrong, in another zone',
    change: { AvailabilityZone: 'us-east-1b' },
    denied: 'InvalidCapacityReservationId.NotFound',
  },
  {
    name: 'wrong, of another type',
    change: { InstanceType: 'p4d.24xlarge' },
    denied: 'InvalidCapacityReservationId.NotFound',
  },
  {
    name: 'wrong, of another name',
    change: { CapacityReservationId: 'cr-2' },
    denied: 'InvalidCapacityReservationId.NotFound',
  },
])('a named reservation: $name', ({ change, room, denied }) => {
  const sight = sightOf(named, know({ reservations: [reserved(change)] }));
  expect([sight.room, sight.denied?.code]).toEqual([room, denied]);
});

test.for<{ name: string; given: readonly CapacityReservation[] | undefined; room?: number; denied?: string }>([
  { name: 'not known while they could not be read', given: undefined },
  { name: 'none where there are none', given: [], room: 0, denied: 'ReservationCapacityExceeded' },
  {
    name: 'all that fit together',
    given: [reserved(), reserved({ AvailableInstanceCount: 2 })].map((each) => ({
      ...each,
      InstanceMatchCriteria: 'open',
    })),
    room: 5,
  },
  { name: 'none that must be named', given: [reserved()], room: 0, denied: 'ReservationCapacityExceeded' },
  {
    name: 'none in another zone',
    given: [reserved({ InstanceMatchCriteria: 'open', AvailabilityZone: 'us-east-1b' })],
    room: 0,
    denied: 'ReservationCapacityExceeded',
  },
  {
    name: 'none that is not active',
    given: [reserved({ InstanceMatchCriteria: 'open', State: 'pending' })],
    room: 0,
    denied: 'ReservationCapacityExceeded',
  },
  {
    name: 'not known where one count is not',
    given: [reserved({ InstanceMatchCriteria: 'open', AvailableInstanceCount: undefined })],
  },
])('open reservations: $name', ({ given, room, denied }) => {
  const sight = sightOf(open, know({ reservations: given }));
  expect([sight.room, sight.denied?.code]).toEqual([room, denied]);
});

test('without a zone every zone of the region counts', () => {
  const { zone: __, ...anywhere } = open;
  const both = ['us-east-1a', 'us-east-1b'].map((AvailabilityZone) =>
    reserved({ AvailabilityZone, InstanceMatchCriteria: 'open' }),
  );
  expect(sightOf(anywhere, know({ reservations: both })).room).toBe(6);
  expect(sightOf({ ...anywhere, market: 'on-demand' }, know({})).denied).toBeUndefined();
  expect(sightOf({ ...anywhere, machine: 'p4d.24xlarge' }, know({})).denied?.message).toBe(
    'us-east-1 has no p4d.24xlarge',
  );
});

test.for([
  ['one machine less than it takes', 191, 0, 0],
  ['just one machine', 192, 0, 1],
  ['what is in use taken off', 400, 17, 1],
  ['more in use than allowed', 100, 300, 0],
] as const)('a quota with %s', ([, limit, used, room]) => {
  const quota = { quota: { name: 'P', limit }, used, vcpus: new Map([['p5.48xlarge', 192]]) };
  const sight = sightOf({ ...open, market: 'on-demand' }, know({ quotas: new Map([['L-417A185B', quota]]) }));
  expect([sight.room, sight.denied?.code]).toEqual([room, room === 0 ? 'VcpuLimitExceeded' : undefined]);
});

test('the newest price counts, and none that is no number', () => {
  const spot: Offer = { ...open, market: 'spot' };
  const price = (SpotPrice: string, ms: number) => ({
    ...{ InstanceType: 'p5.48xlarge' as const, AvailabilityZone: 'us-east-1a', SpotPrice, Timestamp: new Date(ms) },
  });
  const said = (...all: readonly ReturnType<typeof price>[]) => know({ prices: { all, saidAtMs: nowMs - 1000 } });
  expect(sightOf(spot, said(price('30', 1), price('31.5', 2)))).toMatchObject({
    ...{ usdPerHour: 31.5, pricedAtMs: nowMs - 1000 },
  });
  expect(Object.keys(sightOf(spot, said(price('free', 1))))).toEqual(['offer']);
  const zoneless = { ...spot, zone: undefined };
  expect(Object.keys(sightOf(zoneless, said(price('1', 1))))).toEqual(['offer', 'unpriced']);
});

/** As DescribeInstanceTypes has them (moto 5.2.5's record of EC2, read 2026-11-28); only what is read. */
test.for<[string, InstanceTypeInfo, number]>([
  ['GPUs', { GpuInfo: { Gpus: [{ Name: 'H100', Manufacturer: 'NVIDIA', Count: 8, LogicalGpuCount: 8 }] } }, 8],
  ['chips of Neuron', { NeuronInfo: { NeuronDevices: [{ Name: 'Trainium2', Count: 16 }] } }, 16],
  [
    'chips that are told twice',
    {
      NeuronInfo: { NeuronDevices: [{ Name: 'Inferentia2', Count: 1 }] },
      InferenceAcceleratorInfo: { Accelerators: [{ Name: 'Inferentia2', Manufacturer: 'AWS', Count: 1 }] },
    },
    1,
  ],
  [
    'no part of a GPU',
    { GpuInfo: { Gpus: [{ Name: 'L4', Count: 0, LogicalGpuCount: 1, GpuPartitionSize: 0.125 }] } },
    0,
  ],
  ['none', {}, 0],
])('counts %s', ([, type, count]) => {
  expect(countAccelerators(type)).toBe(count);
  const sight = sightOf(named, know({ accelerators: new Map([['p5.48xlarge', count]]) }));
  expect(sight.accelerators).toBeUndefined();
  const spot = sightOf({ ...open, market: 'spot' }, know({ accelerators: new Map([['p5.48xlarge', count]]) }));
  expect(spot.accelerators).toBe(count === 0 ? undefined : count);
});

test.for([
  ['p5.48xlarge', 'L-417A185B', 'L-7212CCBC'],
  ['p6e-gb200.36xlarge', 'L-417A185B', 'L-7212CCBC'],
  ['g6.xlarge', 'L-DB2E81BA', 'L-3819A6DF'],
  ['gr6.4xlarge', 'L-DB2E81BA', 'L-3819A6DF'],
  ['inf2.xlarge', 'L-1945791B', 'L-B5D1601B'],
  ['i4i.large', 'L-1216C47A', 'L-34B43A08'],
  ['trn2.48xlarge', 'L-2C3B7624', 'L-6B0D517C'],
  ['t3.micro', 'L-1216C47A', 'L-34B43A08'],
  ['dl1.24xlarge', 'L-6E869C2A', 'L-85EED4F7'],
  ['d3.xlarge', 'L-1216C47A', 'L-34B43A08'],
  ['hpc7a.96xlarge', 'L-F7808C92', undefined],
  ['u-6tb1.56xlarge', undefined, undefined],
  ['mac2.metal', undefined, undefined],
] as const)('%s counts against %s, as a spot machine against %s', ([machine, onDemand, spot]) => {
  const { codes } = quotaClassOf(machine) ?? {};
  expect([codes?.['on-demand'], codes?.spot]).toEqual([onDemand, spot]);
});

test('counts what runs in its market and class, what reservations hold free, and no Capacity Block', () => {
  const p = quotaClassOf('p5.48xlarge');
  if (p === undefined) throw new Error('p5 has a class');
  const machine = (InstanceType: string, InstanceLifecycle?: string): Instance => ({
    ...({ InstanceType } as Instance),
    ...({ InstanceLifecycle } as Instance),
  });
  const vcpus = new Map([
    ['p5.48xlarge', 192],
    ['p4d.24xlarge', 96],
  ]);
  const machines = [
    ...[machine('p5.48xlarge'), machine('p4d.24xlarge', 'spot'), machine('p5.48xlarge', 'capacity-block')],
    machine('g6.xlarge'),
  ];
  const reservations = [
    ...[reserved({ AvailableInstanceCount: 2 }), reserved({ State: 'expired' }), reserved(block)],
    reserved({ InstanceType: 'g6.xlarge' }),
  ];
  expect(vcpusInUse(p, 'on-demand', { machines, reservations, vcpus })).toBe(192 + 2 * 192);
  expect(vcpusInUse(p, 'on-demand', { machines, reservations: undefined, vcpus })).toBe(192);
  expect(vcpusInUse(p, 'spot', { machines, reservations, vcpus })).toBe(96);
  const odd = { machines: [machine('p9.48xlarge')], reservations, vcpus };
  expect(vcpusInUse(p, 'on-demand', odd)).toBeUndefined();
});
