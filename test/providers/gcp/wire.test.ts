import { expect, test } from 'vitest';
import type { Market } from '../../../src/model/error-verdict.ts';
import { ownLabels } from '../../../src/providers/gcp/request.ts';
import { gcpSettings } from '../../../src/providers/gcp/schema.ts';
import { bootIdOf, type Instance, placeOfId, standingOf, toReplica } from '../../../src/providers/gcp/wire.ts';

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
    market: 'on-demand',
  });
});

test.for<readonly [Market | undefined, Partial<Instance>]>([
  ['spot', { scheduling: { provisioningModel: 'SPOT', preemptible: true } }],
  ['spot', { scheduling: { preemptible: true } }],
  ['reserved', { scheduling: { provisioningModel: 'RESERVATION_BOUND' } }],
  ['reserved', { reservationAffinity: { consumeReservationType: 'SPECIFIC_RESERVATION' } }],
  ['reserved', { resourceStatus: { reservationConsumptionInfo: { consumedReservation: 'h100-block' } } }],
  ['on-demand', { reservationAffinity: { consumeReservationType: 'ANY_RESERVATION' } }],
  ['on-demand', { resourceStatus: { reservationConsumptionInfo: { consumedReservation: '' } } }],
  ['on-demand', { scheduling: { provisioningModel: 'STANDARD', preemptible: false } }],
  [undefined, { scheduling: { provisioningModel: 'FLEX_START' } }],
])('market %s of a machine with %o', ([market, change]) => {
  expect(toReplica(instance(change), settings)?.market).toBe(market);
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

test('a replica is found again by its id', () => {
  expect(placeOfId('godwit-chat-2-abc.europe-west4-a')).toEqual({ zone: 'europe-west4-a', name: 'godwit-chat-2-abc' });
  expect(standingOf(instance())).toEqual({ state: 'running', billed: 'yes' });
});
