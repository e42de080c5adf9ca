import type { Instance } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { nameOfOffer } from '../../../src/model/offer.ts';
import { offersOf, runRequest, tokenOf } from '../../../src/providers/aws/request.ts';
import { awsSettings } from '../../../src/providers/aws/schema.ts';
import { lateFailureOf, toReplica } from '../../../src/providers/aws/wire.ts';
import { onePerSlot } from '../../../src/providers/shared/slots.ts';

const settings = awsSettings.parse({
  region: 'us-east-1',
  zones: ['us-east-1a', { zone: 'us-east-1b', subnet: 'subnet-0123456789abcdef0' }],
  machines: ['p5.48xlarge', 'p4d.24xlarge'],
  market: ['reserved', 'spot'],
  launch: { template: 'lt-0123456789abcdef0' },
});

const owner = { site: 'virginia', deployment: 'chat', slot: 2, startKey: 'op-7/1/2' };

function instance(change: Partial<Instance> = {}): Instance {
  const tags = { deployment: 'chat', site: 'virginia', slot: '2', 'start-key': 'op-7/1/2', epoch: '4' };
  return {
    InstanceId: 'i-0123456789abcdef0',
    LaunchTime: new Date('2026-11-26T10:00:00Z'),
    State: { Name: 'running' },
    PrivateIpAddress: '10.0.0.7',
    PublicIpAddress: '198.51.100.7',
    Tags: Object.entries(tags).map(([key, Value]) => ({ Key: `godwit:${key}`, Value })),
    ...change,
  };
}

test.for([
  ['pending', 'starting', 'yes', 'http://10.0.0.7:8000'],
  ['running', 'running', 'yes', 'http://10.0.0.7:8000'],
  ['stopping', 'stopping', 'unknown', 'http://10.0.0.7:8000'],
  ['shutting-down', 'stopping', 'unknown', 'http://10.0.0.7:8000'],
  ['stopped', 'stopped', 'no', undefined],
  ['terminated', 'gone', 'no', undefined],
  ['a word of later days', 'running', 'unknown', 'http://10.0.0.7:8000'],
] as const)('%s is seen as %s, billed %s', ([name, state, billed, url]) => {
  const State = { Name: name } as Instance['State'];
  expect(toReplica(instance({ State }), settings)).toEqual({
    ...{ id: 'i-0123456789abcdef0', bootId: 'i-0123456789abcdef0@2026-11-26T10:00:00.000Z' },
    ...{ deployment: 'chat', site: 'virginia', slot: 2, startKey: 'op-7/1/2', state, billed, url },
    startedAtMs: Date.UTC(2026, 10, 26, 10),
    market: 'on-demand',
  });
});

test.for([
  ['spot', { InstanceLifecycle: 'spot' }],
  ['reserved', { InstanceLifecycle: 'capacity-block' }],
  ['reserved', { InstanceLifecycle: 'scheduled' }],
  ['reserved', { CapacityReservationId: 'cr-0123456789abcdef0' }],
  ['spot', { InstanceLifecycle: 'spot', CapacityReservationId: 'cr-0123456789abcdef0' }],
  [undefined, { InstanceLifecycle: 'interruptible-capacity-reservation' }],
] as const)('market %s of a machine with %o', ([market, change]) => {
  expect(toReplica(instance(change), settings)?.market).toBe(market);
});

test('answers where the setting says, and nowhere while the address is not known', () => {
  expect(toReplica(instance(), { address: 'public', port: 80 })?.url).toBe('http://198.51.100.7:80');
  const { PublicIpAddress: _, ...hidden } = instance();
  expect(toReplica(hidden, { address: 'public', port: 80 })?.url).toBeUndefined();
});

test.for(['deployment', 'site', 'slot'])('a machine without our %s is not ours', (key) => {
  const Tags = instance().Tags?.filter(({ Key }) => Key !== `godwit:${key}`) ?? [];
  expect(toReplica(instance({ Tags }), settings)).toBeUndefined();
});

test('offers go through the zones of a type, the types of a market, then the next market', () => {
  expect(offersOf(settings).map(nameOfOffer)).toEqual([
    'p5.48xlarge us-east-1a reserved',
    'p5.48xlarge us-east-1b reserved',
    'p4d.24xlarge us-east-1a reserved',
    'p4d.24xlarge us-east-1b reserved',
    'p5.48xlarge us-east-1a spot',
    'p5.48xlarge us-east-1b spot',
    'p4d.24xlarge us-east-1a spot',
    'p4d.24xlarge us-east-1b spot',
  ]);
  const { zones: _, market: __, ...anywhere } = settings;
  expect(offersOf(anywhere).map(nameOfOffer)).toEqual(['p5.48xlarge on-demand', 'p4d.24xlarge on-demand']);
});

test('a token is one for each key, slot and offer, and short enough for EC2', () => {
  const owners = [owner, { ...owner, startKey: 'op-8/1/2' }, { ...owner, slot: 3 }, { ...owner, site: 'ohio' }];
  const tokens = owners.flatMap((each) => offersOf(settings).map((offer) => tokenOf(each, offer)));
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.every((token) => /^[\x21-\x7e]{1,64}$/.test(token))).toBe(true);
  const [offer] = offersOf(settings);
  if (offer !== undefined) expect(tokenOf({ ...owner }, { ...offer })).toBe(tokens[0]);
});

test('a request names template, type, place and market, and tags machine and disks from the start', () => {
  const requests = offersOf(settings).map((offer) =>
    runRequest(settings, owner, { offer, epoch: 4, startup: { kind: 'none' } }),
  );
  expect(requests[0]).toMatchObject({
    ...{ MinCount: 1, MaxCount: 1, InstanceType: 'p5.48xlarge', Placement: { AvailabilityZone: 'us-east-1a' } },
    LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0', Version: '$Default' },
    CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' },
  });
  expect(requests[0]).not.toHaveProperty('SubnetId');
  // A subnet lies in a zone: both together would be said twice.
  expect(requests[5]).toMatchObject({
    SubnetId: 'subnet-0123456789abcdef0',
    InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'one-time' } },
  });
  expect(requests[5]).not.toHaveProperty('Placement');
  const tags = Object.entries({ deployment: 'chat', site: 'virginia', slot: '2', 'start-key': 'op-7/1/2', epoch: '4' });
  const Tags = tags.map(([key, Value]) => ({ Key: `godwit:${key}`, Value }));
  expect(requests[0]?.TagSpecifications).toEqual([
    { ResourceType: 'instance', Tags },
    { ResourceType: 'volume', Tags },
  ]);
});

test('a request with an image carries its start-up data, and keeps the container away from the machine’s role', () => {
  const [offer = { machine: '', family: '', market: 'spot' as const }] = offersOf(settings);
  const asked = { offer, epoch: 4, startup: { kind: 'data' as const, text: '#cloud-config\n' } };
  expect(runRequest(settings, owner, asked)).toMatchObject({
    UserData: 'I2Nsb3VkLWNvbmZpZwo=',
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  });
  const open = { ...settings, launch: { ...settings.launch, metadataHops: 2 } };
  expect(runRequest(open, owner, asked).MetadataOptions?.HttpPutResponseHopLimit).toBe(2);
  const plain = runRequest(settings, owner, { ...asked, startup: { kind: 'none' } });
  expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(['UserData']));
  expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(['MetadataOptions']));
});

test.for([
  ['Server.InsufficientInstanceCapacity', 'terminated', true],
  ['Server.InsufficientInstanceCapacity', 'shutting-down', true],
  ['Server.InsufficientInstanceCapacity', 'stopped', false],
  ['Client.VolumeLimitExceeded', 'terminated', true],
  ['Client.UserInitiatedShutdown', 'terminated', false],
  ['Server.SpotInstanceTermination', 'terminated', false],
] as const)('%s of a machine that is %s, a launch that failed late: %s', ([Code, Name, isLate]) => {
  expect(lateFailureOf(instance({ State: { Name }, StateReason: { Code, Message: 'why' } })) !== undefined).toBe(
    isLate,
  );
});

test('a slot shows what is there, else what was there last', () => {
  const seen = (id: string, slot: number, state: 'gone' | 'running' | 'stopped', startedAtMs: number) => {
    const replica = toReplica(instance(), settings);
    if (replica === undefined) throw new Error('no replica');
    return { ...replica, id, slot, state, startedAtMs };
  };
  const all = [seen('a', 0, 'gone', 1), seen('b', 0, 'stopped', 2), seen('c', 1, 'gone', 1), seen('d', 1, 'gone', 3)];
  expect(onePerSlot(all).map(({ id }) => id)).toEqual(['b', 'd']);
  expect(onePerSlot([...all, seen('e', 0, 'running', 4)]).map(({ id }) => id)).toEqual(['b', 'e', 'd']);
});
