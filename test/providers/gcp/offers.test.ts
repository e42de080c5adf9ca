import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteFindings } from '../../../src/core/doctor.ts';
import { nameOfOffer } from '../../../src/model/offer.ts';
import type { Seen } from '../../../src/model/outcome.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import { answers } from '../../fakes/gcp/faults.ts';
import { createStepClock, type StepClock } from '../support/step-clock.ts';
import { type GcpSite, launch, makeGcpSite } from './support/site.ts';

let clock: StepClock;
let site: GcpSite;
beforeEach(async () => {
  clock = createStepClock();
  site = await makeGcpSite({ clock, speed: 1, onSilence: () => clock.skip() });
});
afterEach(() => site.dispose());

function call(idempotencyKey = '', change: Partial<WriteCall> = {}): WriteCall {
  const signal = new AbortController().signal;
  const deadlineAtMonoMs = clock.monoMs() + 120_000;
  return { signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey, ...change };
}

function seen<T>(sight: Seen<T> | undefined): T {
  if (sight?.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}

const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };
const need = { deployment: 'chat', replicas: 1 };
const countOf = (method: string): number => site.fake.calls.filter((each) => each === method).length;

test('says which zone lacks a machine type, and how much room the quotas leave', async () => {
  const { absentTypes, quotas } = site.fake.project;
  absentTypes.add('a3-highgpu-8g europe-west4-b');
  quotas.set('h', { metric: 'NVIDIA_H100_GPUS', limit: 32, usage: 8 });
  quotas.set('a', { metric: 'NVIDIA_A100_80GB_GPUS', limit: 16, usage: 9 });
  const session = await site.open();
  const sights = seen(await session.offers?.(need, call()));
  expect(sights.map(({ offer, room, denied }) => [nameOfOffer(offer), room, denied?.code])).toEqual([
    ['a3-highgpu-8g europe-west4-a on-demand', 3, undefined],
    ['a3-highgpu-8g europe-west4-b on-demand', undefined, 'INVALID_FIELD_VALUE'],
    ['a2-ultragpu-8g europe-west4-a on-demand', 0, 'QUOTA_EXCEEDED'],
    ['a2-ultragpu-8g europe-west4-b on-demand', 0, 'QUOTA_EXCEEDED'],
  ]);
  expect(sights[2]?.denied).toMatchObject({ class: 'quota', message: expect.stringContaining('9 of 16') });
});

test('a steady look makes no calls until what it knew is too old', async () => {
  const session = await site.open();
  seen(await session.offers?.(need, call()));
  const { length } = site.fake.calls;
  seen(await session.offers?.(need, call()));
  expect(site.fake.calls).toHaveLength(length);
  await clock.sleep(31_000, new AbortController().signal);
  seen(await session.offers?.(need, call()));
  expect(site.fake.calls.slice(length)).toEqual(['Regions.Get']);
});

test('a start leaves out what a look just knew to be refused, and asks nothing for it', async () => {
  const { quotas, machines } = site.fake.project;
  quotas.set('h', { metric: 'NVIDIA_H100_GPUS', limit: 7, usage: 0 });
  const session = await site.open();
  seen(await session.offers?.(need, call()));
  const before = site.fake.calls.length;
  expect((await session.start(request, call('k1'))).kind).toBe('done');
  expect(machines.map(({ terms }) => terms.type)).toEqual(['a2-ultragpu-8g']);
  expect(site.fake.calls.slice(before)).not.toContain('Regions.Get');
});

test('a lost launch is repeated though its own machine has filled the quota meanwhile', async () => {
  const { quotas, machines } = site.fake.project;
  site.fake.fault({ action: 'Instances.Insert', when: 'after', answer: 'drop' });
  const session = await site.open();
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  quotas.set('h', { metric: 'NVIDIA_H100_GPUS', limit: 8, usage: 8 });
  site.fake.project.lagMs = 3_600_000;
  seen(await session.offers?.(need, call()));
  expect((await session.start(request, call('k1'))).kind).toBe('done');
  expect(machines).toHaveLength(1);
});

test('what could not be read is unknown, and never none', async () => {
  const session = await site.open();
  site.fake.fault({ action: 'Regions.Get', when: 'before', answer: answers.forbidden });
  for (const { room, denied } of seen(await session.offers?.(need, call())))
    expect([room, denied]).toEqual([undefined, undefined]);
});

const reserved = {
  launch: { instanceTemplate: 'vllm-h100-v18', reservation: 'h100-block' },
  market: ['reserved'],
  machines: ['a3-highgpu-8g'],
};
const reservation = (count: string, inUseCount: string, machineType = 'a3-highgpu-8g') => ({
  ...{ name: 'h100-block', status: 'READY' },
  specificReservation: { count, inUseCount, instanceProperties: { machineType } },
});

test.for([
  ['has room for three', reservation('4', '1'), 3, undefined],
  ['is full', reservation('4', '4'), 0, 'capacity'],
  ['is for other machines', reservation('4', '0', 'a2-ultragpu-8g'), undefined, 'invalid'],
] as const)('a reservation that %s', async ([, shown, room, denied]) => {
  site.fake.project.reservations.set('h100-block europe-west4-a', shown);
  const session = await site.openWith({ settings: reserved });
  const [first, second] = seen(await session.offers?.(need, call()));
  expect([first?.room, first?.denied?.class]).toEqual([room, denied]);
  // Of the other zone there is none.
  expect(second?.denied).toMatchObject({ class: 'invalid', code: 'CONDITION_NOT_MET' });
  expect(countOf('Regions.Get')).toBe(0);
});

test('notices tell of maintenance, of a life that ends, and of a spot machine taken back', async () => {
  const session = await site.openWith({ settings: { market: ['spot'] } });
  const replicas = [];
  for (const slot of [0, 1, 2]) {
    const reply = await session.start({ ...request, slot }, call(`k${slot}`));
    if (reply.kind === 'done') replicas.push(reply.value.id);
  }
  await clock.sleep(20_000, new AbortController().signal);
  const [first, second, third] = site.fake.project.machines;
  if (first === undefined || second === undefined || third === undefined) throw new Error('no machines');
  expect(seen(await session.notices?.(call()))).toEqual([]);
  first.maintenance = {
    type: 'UNSCHEDULED',
    maintenanceStatus: 'PENDING',
    maintenanceReasons: ['FAILURE_GPU'],
    windowStartTime: '2026-12-01T02:00:00-08:00',
  };
  second.terminationTime = '2026-12-02T10:00:00Z';
  site.fake.project.preempt(third);
  expect(seen(await session.notices?.(call()))).toEqual([
    {
      kind: 'maintenance',
      code: 'UNSCHEDULED',
      message: 'PENDING, FAILURE_GPU',
      replicaId: replicas[0],
      deployment: 'chat',
      atMs: Date.UTC(2026, 11, 1, 10),
    },
    {
      kind: 'retirement',
      code: 'terminationTime',
      message: expect.stringContaining('2026-12-02'),
      replicaId: replicas[1],
      deployment: 'chat',
      atMs: Date.UTC(2026, 11, 2, 10),
    },
    {
      kind: 'preemption',
      code: 'compute.instances.preempted',
      message: expect.any(String),
      replicaId: replicas[2],
      deployment: 'chat',
    },
  ]);
  // Whether it is taken back cannot be seen: that is not no.
  site.fake.fault({ action: 'ZoneOperations.List', when: 'before', answer: 'drop' });
  expect((await session.notices?.(call()))?.kind).toBe('unknown');
  await clock.sleep(20_000, new AbortController().signal);
  expect(seen(await session.notices?.(call())).map(({ kind }) => kind)).toEqual(['maintenance', 'retirement']);
});

test('a machine we stop ourselves is not taken back', async () => {
  const session = await site.openWith({ settings: { market: ['spot'] } });
  const reply = await session.start(request, call('k1'));
  if (reply.kind !== 'done') throw new Error('not started');
  await clock.sleep(20_000, new AbortController().signal);
  site.fake.project.machines[0]?.stop(clock.nowMs());
  expect(seen(await session.notices?.(call()))).toEqual([]);
  expect(countOf('ZoneOperations.List')).toBe(1);
});

test('a drain writes the operation on the machine, and a start takes it away', async () => {
  const session = await site.open();
  const reply = await session.start(request, call('k1'));
  if (reply.kind !== 'done') throw new Error('not started');
  const { value: replica } = reply;
  const labels = () => site.fake.project.machines[0]?.labels['godwit-draining'];
  expect((await session.drain?.(replica, call('d1')))?.kind).toBe('done');
  expect(labels()).toBe('op-1');
  await session.stop(replica, 'stop', call('s1'));
  // What has stopped needs no mark.
  expect((await session.drain?.(replica, call('d2')))?.kind).toBe('done');
  expect((await session.start(request, call('k2'))).kind).toBe('done');
  expect(labels()).toBeUndefined();
  expect(await session.drain?.(replica, call('d3'))).toMatchObject({ kind: 'refused', error: { code: 'OtherBoot' } });
  await site.killReplica(replica);
  expect((await session.drain?.(replica, call('d4')))?.kind).toBe('done');
});

test('access is reported right by right: what was done, what is granted on a machine of ours, and what nothing tells', async () => {
  const { quotas, withdrawn } = site.fake.project;
  quotas.set('h', { metric: 'NVIDIA_H100_GPUS', limit: 32, usage: 8 });
  const session = await site.open();
  const granted = async () => {
    const report = seen(await session.checkAccess?.(call()));
    const of = (name: string) => report.permissions.find((each) => each.name === name)?.granted;
    return { report, of };
  };
  const before = await granted();
  expect(before.of('compute.instances.list')).toBe('yes');
  expect(before.of('compute.instances.stop')).toBe('unknown');
  expect(before.report.parts).toEqual([{ name: 'instanceTemplates/vllm-h100-v18', present: 'yes' }]);
  expect(before.report.quotas).toEqual([
    { name: 'NVIDIA_H100_GPUS', family: 'a3-highgpu', limit: 32, used: 8, perReplica: 8 },
  ]);
  await session.start(request, call('k1'));
  withdrawn.add('compute.instances.stop').add('compute.regions.get');
  const after = await granted();
  expect(['start', 'stop', 'create'].map((name) => after.of(`compute.instances.${name}`))).toEqual([
    'yes',
    'no',
    'unknown',
  ]);
  expect([after.of('compute.regions.get'), after.report.quotas]).toEqual(['no', []]);
});

test('a site where all is well leaves nothing unknown: what cannot be asked was not asked', async () => {
  const session = await site.open();
  const findings = async () => {
    const sight = await session.checkAccess?.(call());
    const here = {
      ...{ name: 'delfzijl', provider: 'gcp', region: 'europe-west4', residency: [], failureDomains: [], settings: {} },
    };
    return siteFindings(here, sight, []);
  };
  const empty = await findings();
  expect(empty.findings.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(empty.notAsked.filter(({ area }) => area === 'access').map(({ why }) => why)).toEqual([
    expect.stringMatching(/^compute\.instances\.get, .*compute\.instances\.delete: asked of a machine of ours/),
    expect.stringMatching(/^compute\.instances\.create, .*: seen only when a machine is made$/),
  ]);
  await session.start(request, call('k1'));
  const settled = await findings();
  expect(settled.findings.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(settled.notAsked.filter(({ area }) => area === 'access')).toHaveLength(1);
});

test('a question about our machine that has no answer is not known', async () => {
  const session = await site.open();
  await session.start(request, call('k1'));
  site.fake.fault({ action: 'Instances.TestIamPermissions', when: 'before', answer: answers.internal });
  const report = seen(await session.checkAccess?.(call()));
  const stop = report.permissions.find(({ name }) => name === 'compute.instances.stop');
  expect([stop?.granted, stop?.notAsked]).toEqual(['unknown', undefined]);
});

test('a template that is not there is a part that is missing, and no missing right', async () => {
  const session = await site.openWith({ settings: { launch: { instanceTemplate: 'other' } } });
  const report = seen(await session.checkAccess?.(call()));
  expect(report.parts).toMatchObject([{ name: 'instanceTemplates/other', present: 'no' }]);
  expect(report.permissions.find(({ name }) => name === 'compute.instanceTemplates.get')?.granted).toBe('yes');
});
