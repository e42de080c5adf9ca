import { expect, test } from 'vitest';
import { nameOfOffer } from '../../../src/model/offer.ts';
import { gcpSettings } from '../../../src/providers/gcp/schema.ts';
import {
  bootIdOf,
  filterFor,
  type Instance,
  insertRequest,
  nameOf,
  offersOf,
  ownLabels,
  placeOfId,
  requestIdOf,
  roundOf,
  standingOf,
  toReplica,
} from '../../../src/providers/gcp/wire.ts';

const settings = gcpSettings.parse({
  project: 'inference-prod',
  region: 'europe-west4',
  zones: ['europe-west4-a', 'europe-west4-b'],
  machines: ['a3-highgpu-8g', 'a2-ultragpu-8g'],
  market: ['reserved', 'on-demand', 'spot'],
  launch: { instanceTemplate: 'vllm-h100-v18', reservation: 'h100-block' },
});

const owner = { site: 'netherlands', deployment: 'chat', slot: 2, startKey: 'op-7/1/2' };
const labels = ownLabels(owner, 4) ?? {};

function instance(change: Partial<Instance> = {}): Instance {
  return {
    ...{ id: '4000000000000000001', name: 'godwit-chat-2-abc', status: 'RUNNING', labels },
    zone: 'https://www.googleapis.com/compute/v1/projects/inference-prod/zones/europe-west4-a',
    creationTimestamp: '2026-11-26T02:00:00.000-08:00',
    lastStartTimestamp: '2026-11-26T02:00:09.000-08:00',
    networkInterfaces: [{ networkIP: '10.0.0.7', accessConfigs: [{ natIP: '198.51.100.7' }] }],
    ...change,
  };
}

test.for([
  ['PENDING', 'starting', 'yes', 'http://10.0.0.7:8000'],
  ['PROVISIONING', 'starting', 'yes', 'http://10.0.0.7:8000'],
  ['STAGING', 'starting', 'yes', 'http://10.0.0.7:8000'],
  ['RUNNING', 'running', 'yes', 'http://10.0.0.7:8000'],
  ['PENDING_STOP', 'stopping', 'yes', 'http://10.0.0.7:8000'],
  ['STOPPING', 'stopping', 'unknown', 'http://10.0.0.7:8000'],
  ['SUSPENDING', 'stopping', 'unknown', 'http://10.0.0.7:8000'],
  ['DEPROVISIONING', 'stopping', 'unknown', 'http://10.0.0.7:8000'],
  ['SUSPENDED', 'stopped', 'yes', undefined],
  ['TERMINATED', 'stopped', 'no', undefined],
  ['STOPPED', 'stopped', 'no', undefined],
  ['REPAIRING', 'running', 'unknown', 'http://10.0.0.7:8000'],
  ['a word of later days', 'running', 'unknown', 'http://10.0.0.7:8000'],
] as const)('%s is seen as %s, billed %s', ([status, state, billed, url]) => {
  expect(toReplica(instance({ status }), settings)).toEqual({
    ...{ id: 'godwit-chat-2-abc.europe-west4-a', bootId: '4000000000000000001' },
    ...{ deployment: 'chat', site: 'netherlands', slot: 2, startKey: 'op-7/1/2', state, billed, url },
    startedAtMs: Date.UTC(2026, 10, 26, 10, 0, 9),
  });
});

test('answers where the setting says, and nowhere while the address is not known', () => {
  expect(toReplica(instance(), { address: 'public', port: 80 })?.url).toBe('http://198.51.100.7:80');
  for (const networkInterfaces of [[], [{ networkIP: '', accessConfigs: [] }]])
    expect(toReplica(instance({ networkInterfaces }), { address: 'public', port: 80 })?.url).toBeUndefined();
});

test.for(['deployment', 'site', 'slot'])('a machine without our %s is not ours', (key) => {
  const { [`godwit-${key}`]: _, ...others } = labels;
  expect(toReplica(instance({ labels: others }), settings)).toBeUndefined();
});

const [started, stopped, again] = ['2026-11-26T10:00:09Z', '2026-11-26T11:00:00Z', '2026-11-26T12:00:00Z'];
const woken = { ...labels, 'godwit-woken-from': 'x' };

test.for([
  { name: 'just made', change: {}, boot: '' },
  { name: 'started for the first time', change: { lastStartTimestamp: started }, boot: '' },
  { name: 'stopped once', change: { lastStartTimestamp: started, lastStopTimestamp: stopped }, boot: '' },
  {
    name: 'started again by us',
    change: { lastStartTimestamp: again, lastStopTimestamp: stopped, labels: woken },
    boot: `@${again}`,
  },
  {
    name: 'started again by somebody',
    change: { lastStartTimestamp: again, lastStopTimestamp: stopped },
    boot: `@${again}`,
  },
])('a machine $name is a boot of its own', ({ change, boot }) => {
  const { lastStartTimestamp: _, ...fresh } = instance();
  expect(bootIdOf({ ...fresh, ...change })).toBe(`4000000000000000001${boot}`);
});

test('offers go through the zones of a type, the types of a market, then the next market', () => {
  expect(offersOf(settings).slice(0, 5).map(nameOfOffer)).toEqual([
    'a3-highgpu-8g europe-west4-a reserved',
    'a3-highgpu-8g europe-west4-b reserved',
    'a2-ultragpu-8g europe-west4-a reserved',
    'a2-ultragpu-8g europe-west4-b reserved',
    'a3-highgpu-8g europe-west4-a on-demand',
  ]);
  const { market: _, ...plain } = settings;
  expect(offersOf(plain).map(({ market }) => market)).toEqual(Array(4).fill('on-demand'));
  expect(new Set(offersOf(settings).map(({ family }) => family))).toEqual(new Set(['a3-highgpu', 'a2-ultragpu']));
});

test('a name is one for each key, slot and site, and such as the API takes', () => {
  const owners = [
    owner,
    { ...owner, startKey: 'op-8/1/2' },
    { ...owner, slot: 3 },
    { ...owner, site: 'iowa' },
    { ...owner, deployment: 'Chat_70B with a very long name of all things' },
  ];
  const names = owners.map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  expect(nameOf({ ...owner })).toBe(names[0]);
});

test('a request id is a UUID, never zero, and one for each key, slot, offer and round', () => {
  const owners = [owner, { ...owner, startKey: 'op-8/1/2' }, { ...owner, slot: 3 }, { ...owner, site: 'iowa' }];
  const ids = owners.flatMap((each) =>
    offersOf(settings).flatMap((offer) => [0, 1].map((round) => requestIdOf(each, offer, round))),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const [offer, other] = offersOf(settings);
  if (offer === undefined || other === undefined) throw new Error('no offers');
  expect(requestIdOf({ ...owner }, { ...offer }, 0)).toBe(ids[0]);
  expect([0, 5].map((round) => roundOf(owner, offer, requestIdOf(owner, offer, round)))).toEqual([0, 5]);
  expect(roundOf(owner, offer, requestIdOf(owner, other, 0))).toBeUndefined();
});

test('a request names template, type and market, and is labelled from the start', () => {
  const [zone, requestId] = ['europe-west4-a', '8a6e0804-2bd0-8672-b79d-d97027f9071a'];
  const resources = offersOf(settings)
    .filter((offer) => offer.zone === zone && offer.machine === 'a3-highgpu-8g')
    .map((offer) => insertRequest(settings, owner, { offer: { ...offer, zone }, requestId, labels }));
  const common = { name: nameOf(owner), machineType: 'zones/europe-west4-a/machineTypes/a3-highgpu-8g', labels };
  expect(resources.map(({ instanceResource }) => instanceResource)).toEqual([
    {
      ...common,
      reservationAffinity: {
        consumeReservationType: 'SPECIFIC_RESERVATION',
        key: 'compute.googleapis.com/reservation-name',
        values: ['h100-block'],
      },
    },
    common,
    {
      ...common,
      scheduling: {
        provisioningModel: 'SPOT',
        preemptible: true,
        automaticRestart: false,
        onHostMaintenance: 'TERMINATE',
      },
    },
  ]);
  expect(resources[0]).toMatchObject({
    zone,
    requestId,
    sourceInstanceTemplate: 'global/instanceTemplates/vllm-h100-v18',
  });
  const shared = { instanceTemplate: 'projects/images-prod/global/instanceTemplates/vllm' };
  const [offer] = offersOf(settings);
  if (offer === undefined) throw new Error('no offer');
  expect(
    insertRequest({ ...settings, launch: shared }, owner, { offer: { ...offer, zone }, requestId, labels }),
  ).toMatchObject({ sourceInstanceTemplate: shared.instanceTemplate });
});

test('a filter names the labels that are on the machine', () => {
  expect(filterFor('chat', 'Netherlands')).toBe(
    '(labels.godwit-deployment = "chat") (labels.godwit-site = "_4eetherlands")',
  );
});

test('a replica is found again by its id', () => {
  expect(placeOfId('godwit-chat-2-abc.europe-west4-a')).toEqual({ zone: 'europe-west4-a', name: 'godwit-chat-2-abc' });
  expect(standingOf(instance())).toEqual({ state: 'running', billed: 'yes' });
});
