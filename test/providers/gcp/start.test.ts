import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Denial } from '../../../src/model/denial.ts';
import { nameOfOffer } from '../../../src/model/offer.ts';
import type { Reply } from '../../../src/model/outcome.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import { answers } from '../../fakes/gcp/faults.ts';
import { createStepClock, type StepClock } from '../support/step-clock.ts';
import { type GcpSite, launch, makeGcpSite } from './support/site.ts';

const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };
const hours = 3_600_000;

let clock: StepClock;
let site: GcpSite;
beforeEach(async () => {
  clock = createStepClock();
  site = await makeGcpSite({ clock, speed: 1, onSilence: () => clock.skip() });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await site.dispose();
});

function call(idempotencyKey: string, change: Partial<WriteCall> & { readonly withinMs?: number } = {}): WriteCall {
  const { withinMs = 120_000, ...others } = change;
  const signal = new AbortController().signal;
  const deadlineAtMonoMs = clock.monoMs() + withinMs;
  return { signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey, ...others };
}

function done<T>(reply: Reply<T>): T {
  if (reply.kind !== 'done') throw new Error(`not done: ${JSON.stringify(reply)}`);
  return reply.value;
}

const wait = (ms: number): Promise<void> => clock.sleep(ms, new AbortController().signal);

/** What the offers were that became machines, in order, and those that came to nothing. */
const asked = (): readonly string[] =>
  site.fake.project.machines.map(({ terms: { type, zone, isSpot } }) => `${type} ${zone}${isSpot ? ' spot' : ''}`);
const countOf = (method: string): number => site.fake.calls.filter((each) => each === method).length;

function sellOut(...offers: readonly string[]): void {
  for (const offer of offers) site.fake.project.soldOut.add(offer);
}

const all = [
  'a3-highgpu-8g europe-west4-a',
  'a3-highgpu-8g europe-west4-b',
  'a2-ultragpu-8g europe-west4-a',
  'a2-ultragpu-8g europe-west4-b',
] as const;

test('walks zones before machine types while they are sold out, which is said inside a success', async () => {
  sellOut(...all.slice(0, 3));
  const replica = done(await (await site.open()).start(request, call('k1')));
  expect(asked()).toEqual(all);
  expect(site.fake.billed().map(({ terms: { name, zone } }) => `${name}.${zone}`)).toEqual([replica.id]);
  expect(site.fake.disks()).toHaveLength(1);
});

test('asks for spot machines only after the markets before it', async () => {
  const session = await site.openWith({ settings: { market: ['on-demand', 'spot'], machines: ['a3-highgpu-8g'] } });
  site.fake.fault({ action: 'Instances.Insert', when: 'before', answer: answers.soldOut, times: 2 });
  done(await session.start(request, call('k1')));
  expect(asked()).toEqual(['a3-highgpu-8g europe-west4-a spot']);
});

test('names every attempt with Google’s own code when there is nothing left to ask for, and tells of each', async () => {
  sellOut(...all);
  const heard: Denial[] = [];
  const session = await site.open();
  site.fake.fault({ action: 'Instances.Insert', when: 'before', answer: answers.soldOut });
  const tell = (denial: Denial): void => void heard.push(denial);
  const reply = await session.start({ ...request, tell }, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
  expect(heard.map(({ offer, error }) => `${nameOfOffer(offer)} ${error.code}`)).toEqual([
    `${all[0]} on-demand insufficientCapacity`,
    ...all.slice(1).map((offer) => `${offer} on-demand ZONE_RESOURCE_POOL_EXHAUSTED`),
  ]);
  // At once or late, it means the same.
  const [early, late] = heard;
  expect(late?.verdict).toEqual({ ...early?.verdict, because: 'ZONE_RESOURCE_POOL_EXHAUSTED' });
  expect([site.fake.billed(), site.fake.disks()]).toEqual([[], []]);
});

test('sold out for a whole round, the same key asks anew and gets what is free by then', async () => {
  sellOut(...all);
  const session = await site.open();
  for (let round = 0; round < 3; round += 1)
    expect(await session.start(request, call('k1'))).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
  expect(asked()).toHaveLength(12);
  site.fake.project.soldOut.clear();
  done(await session.start(request, call('k1')));
  expect(site.fake.billed()).toHaveLength(1);
});

test.for([
  ['too many calls, HTTP 403 though it is', answers.throttled, 'throttled', 'rateLimitExceeded'],
  ['too many operations at once', answers.busy, 'throttled', 'CONCURRENT_OPERATIONS_QUOTA_EXCEEDED'],
  ['credentials that ran out', answers.expired, 'auth', 'authError'],
  ['a permission that is missing', answers.forbidden, 'auth', 'forbidden'],
] as const)('%s: ends the walk at once', async ([, answer, errorClass, code]) => {
  site.fake.fault({ action: 'Instances.Insert', when: 'before', answer });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: errorClass, code } });
  expect(countOf('Instances.Insert')).toBe(1);
});

test('a launch that outlasts its call is starting, and is refused late by whoever asks next', async () => {
  site.fake.project.failingLate.set(all[0], 'ZONE_RESOURCE_POOL_EXHAUSTED');
  sellOut(...all.slice(1));
  const session = await site.open();
  const first = done(await session.start(request, call('k1', { withinMs: 3000 })));
  expect(first).toMatchObject({ state: 'starting', billed: 'yes', startKey: 'k1' });
  await wait(5000);
  const heard: string[] = [];
  const tell = ({ offer, error }: Denial): void => void heard.push(`${nameOfOffer(offer)} ${error.code}`);
  const reply = await (await site.open()).start({ ...request, tell }, call('k1', { epoch: 2 }));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
  expect(heard).toEqual(all.map((offer) => `${offer} on-demand ZONE_RESOURCE_POOL_EXHAUSTED`));
  expect([site.fake.billed(), site.fake.disks()]).toEqual([[], []]);
});

test('while a launch is on its way its machine is not found, and that is no end', async () => {
  const session = await site.open();
  const early = done(await session.start(request, call('k1', { withinMs: 400 })));
  expect(early.state).toBe('starting');
  const later = done(await session.start(request, call('k1')));
  expect([later.id, later.bootId]).toEqual([early.id, early.bootId]);
  expect(countOf('Instances.Insert')).toBe(1);
});

test('a new process goes on with the operation that the one before it had begun', async () => {
  done(await (await site.open()).start(request, call('k1', { withinMs: 400 })));
  site.fake.project.lagMs = hours;
  const later = await site.open();
  const operations = countOf('ZoneOperations.Get');
  done(await later.start(request, call('k1', { epoch: 2 })));
  expect(countOf('Instances.Insert')).toBe(1);
  expect(countOf('ZoneOperations.Get')).toBeGreaterThan(operations);
});

test.for(['drop', 'hang', 'html', answers.internal] as const)(
  'a reply that is lost (%j) is unknown, and the next try gets the machine of the first',
  async (answer) => {
    site.fake.fault({ action: 'Instances.Insert', when: 'after', answer });
    site.fake.project.lagMs = hours;
    const session = await site.open();
    expect((await session.start(request, call('k1'))).kind).toBe('unknown');
    const found = done(await session.start(request, call('k1', { epoch: 2 })));
    expect(site.fake.billed().map(({ terms: { name, zone } }) => `${name}.${zone}`)).toEqual([found.id]);
  },
);

test('a machine without this one’s records, and a list that hides it, make no second one of a key', async () => {
  site.fake.project.lagMs = hours;
  const first = done(await (await site.open()).start(request, call('k1')));
  const elsewhere = await site.openWith({ elsewhere: true });
  expect(done(await elsewhere.start(request, call('k1', { epoch: 2 }))).id).toBe(first.id);
  // Long after the cloud has forgotten the request, its name is still taken.
  await wait(2 * hours);
  site.fake.project.lagMs = 3 * hours;
  expect(done(await (await site.openWith({ elsewhere: true })).start(request, call('k1', { epoch: 3 }))).id).toBe(
    first.id,
  );
  expect(asked()).toHaveLength(1);
});

test('a refusal of the repeat settles nothing of a launch whose reply was lost', async () => {
  site.fake.project.lagMs = hours;
  const session = await site.open();
  site.fake.fault({ action: 'Instances.Insert', when: 'after', answer: 'drop' });
  site.fake.fault({ action: 'Instances.Insert', when: 'before', answer: answers.throttled, times: 2 });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect((await (await site.open()).start(request, call('k1'))).kind).not.toBe('refused');
  done(await session.start(request, call('k1')));
  expect(asked()).toHaveLength(1);
});

test('another key waits until it is certain that nothing came of a lost launch', async () => {
  const session = await site.open();
  site.fake.fault({ action: 'Instances.Insert', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  const early = await session.start(request, call('k2'));
  expect(early).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'SlotUnsettled' } });
  await wait(31_000);
  done(await session.start(request, call('k2')));
  expect(asked()).toHaveLength(1);
});

test('another key does not get a slot whose machine is being made, seen or not', async () => {
  site.fake.project.lagMs = hours;
  const session = await site.open();
  const first = done(await session.start(request, call('k1', { withinMs: 400 })));
  for (let tries = 0; tries < 2; tries += 1) {
    const reply = await session.start(request, call('k2'));
    expect(reply).toMatchObject({ kind: 'refused', error: { class: 'conflict', code: 'SlotTaken' } });
    expect(reply.kind === 'refused' && reply.error.message).toContain(first.id);
    await wait(60_000);
  }
  expect(asked()).toHaveLength(1);
});

test('another key gets the slot of a machine that was seen and is gone, though its operation goes on', async () => {
  const session = await site.open();
  const first = done(await session.start(request, call('k1')));
  await site.killReplica(first);
  const next = done(await session.start(request, call('k2')));
  expect(next.id).not.toBe(first.id);
});

test('settings changed between two tries of one key make no second machine', async () => {
  site.fake.fault({ action: 'Instances.Insert', when: 'after', answer: 'drop' });
  site.fake.project.lagMs = hours;
  expect((await (await site.open()).start(request, call('k1'))).kind).toBe('unknown');
  const settings = { launch: { instanceTemplate: 'global/instanceTemplates/vllm-h100-v18' } };
  done(await (await site.openWith({ settings })).start(request, call('k1')));
  expect(asked()).toHaveLength(1);
});

test('a machine with another epoch’s mark turns away an older writer from anywhere', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1', { epoch: 7 })));
  const elsewhere = await site.openWith({ elsewhere: true });
  const stale = { kind: 'refused', error: { class: 'conflict', code: 'StaleEpoch' } };
  expect(await elsewhere.start({ ...request, slot: 1 }, call('k2', { epoch: 6 }))).toMatchObject(stale);
  expect(await elsewhere.stop(replica, 'delete', call('k3', { epoch: 6 }))).toMatchObject(stale);
  // Whoever adopts it marks it too.
  done(await elsewhere.start(request, call('k1', { epoch: 9 })));
  const late = await site.openWith({ elsewhere: true });
  expect(await late.stop(replica, 'stop', call('k4', { epoch: 8 }))).toMatchObject(stale);
});

test('of two writers that read the same labels one comes first, and the older one is turned away by the cloud', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  const [machine] = site.fake.project.machines;
  if (machine === undefined) throw new Error('no machine');
  // Between its look and its mark somebody with a newer lease was there.
  const { act } = site.fake.project;
  let isFirst = true;
  site.fake.project.act = (asking) => {
    if (asking.method === 'Instances.SetLabels' && isFirst) {
      isFirst = false;
      machine.labels = { ...machine.labels, 'godwit-epoch': '9' };
      machine.fingerprint += 1;
    }
    return act(asking);
  };
  const reply = await session.stop(replica, 'delete', call('k2', { epoch: 5 }));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'conflict', code: 'StaleEpoch' } });
  expect(site.fake.billed()).toHaveLength(1);
});

test('a crash between the mark and the start of a stopped machine is made good under the same key', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  site.fake.fault({ action: 'Instances.Start', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k3'))).kind).toBe('unknown');
  const woken = done(await (await site.open()).start(request, call('k3')));
  expect([woken.id, woken.bootId === replica.bootId, woken.startKey]).toEqual([replica.id, false, 'k3']);
  expect(asked()).toHaveLength(1);
});

test('a start whose reply was lost is answered by its own boot, not by the one that the machine shows until then', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  site.fake.fault({ action: 'Instances.Start', when: 'after', answer: 'drop' });
  expect((await session.start(request, call('k3'))).kind).toBe('unknown');
  const woken = done(await session.start(request, call('k3')));
  done(await session.stop(woken, 'delete', call('k4')));
  expect([woken.bootId === replica.bootId, site.fake.billed()]).toEqual([false, []]);
});

test('a stopped machine that cannot be had again is sold out, and no other is made beside it', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  sellOut(all[0]);
  for (let tries = 0; tries < 2; tries += 1) {
    const reply = await session.start(request, call('k3'));
    expect(reply).toMatchObject({
      kind: 'refused',
      error: { class: 'capacity', code: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
    });
  }
  expect(asked()).toHaveLength(1);
  site.fake.project.soldOut.clear();
  expect(done(await session.start(request, call('k3'))).id).toBe(replica.id);
});

test('a start of a stopped machine that turns out sold out after its call is told so to the next one, and not asked for twice', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  sellOut(all[0]);
  // Each from another process, as after a crash.
  for (const withinMs of [1500, 600, 600]) {
    const reply = await (await site.open()).start(request, call('k3', { withinMs }));
    expect(reply).toMatchObject({ kind: 'unknown', error: { code: 'NotSeenYet' } });
    expect(countOf('Instances.Start')).toBe(1);
  }
  await wait(2000);
  const late = await (await site.open()).start(request, call('k3', { withinMs: 600 }));
  expect(late).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'ZONE_RESOURCE_POOL_EXHAUSTED' } });
  expect(countOf('Instances.Start')).toBe(1);
  site.fake.project.soldOut.clear();
  expect(done(await session.start(request, call('k3'))).id).toBe(replica.id);
  expect([countOf('Instances.Start'), asked().length]).toEqual([2, 1]);
});

test('a start of a stopped machine that goes on is not asked for again under another key, whose own it then is', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  sellOut(all[0]);
  expect((await session.start(request, call('k3', { withinMs: 1500 }))).kind).toBe('unknown');
  const reply = await session.start(request, call('k4'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'ZONE_RESOURCE_POOL_EXHAUSTED' } });
  expect(countOf('Instances.Start')).toBe(1);
});

test('a late failure of a start under another key is no refusal of this one', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  sellOut(all[0]);
  expect((await session.start(request, call('k3', { withinMs: 1500 }))).kind).toBe('unknown');
  site.fake.project.soldOut.clear();
  await wait(5000);
  expect(done(await session.start(request, call('k4'))).id).toBe(replica.id);
});

test('an operation of a start that cannot be looked at is no reason to start once more', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  sellOut(all[0]);
  expect((await session.start(request, call('k3', { withinMs: 1500 }))).kind).toBe('unknown');
  site.fake.fault({ action: 'ZoneOperations.Get', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k3', { withinMs: 600 }))).kind).toBe('unknown');
  expect(countOf('Instances.Start')).toBe(1);
});

test('a machine that somebody suspended is resumed, not made anew', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  await wait(20_000);
  site.fake.project.machines[0]?.suspend(clock.nowMs());
  const woken = done(await session.start(request, call('k2')));
  expect([woken.id, woken.startKey, countOf('Instances.Resume')]).toEqual([replica.id, 'k2', 1]);
});

test('a slot whose machine is on its way out is free once that has ended', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  site.fake.project.machines[0]?.remove(clock.nowMs());
  const next = done(await session.start(request, call('k3')));
  expect(next.id).not.toBe(replica.id);
  expect(site.fake.billed()).toHaveLength(1);
});

test('a machine that was made and is gone is not made anew under its key', async () => {
  const session = await site.open();
  const replica: Replica = done(await session.start(request, call('k1')));
  await site.killReplica(replica);
  const again = done(await session.start(request, call('k1')));
  expect([again.id, again.bootId, again.state, again.billed]).toEqual([replica.id, replica.bootId, 'gone', 'no']);
  expect(asked()).toHaveLength(1);
});

const container = { image: 'vllm/vllm-openai:v0.18.0', args: ['--shutdown-timeout=660'], gpu: 'nvidia' } as const;
const withImage = { ...request, launch: { ...launch, container } };

/** What the machines were told beside their template, in the order they were made. */
const told = () => site.fake.project.machines.map(({ terms: { metadata } }) => metadata);

test('a machine gets the image of its deployment to run, beside what its template tells it', async () => {
  done(await (await site.openWith({ settings: { port: 8443 } })).start(withImage, call('k1')));
  const script = expect.stringMatching(/^#!\/bin\/bash\n[\s\S]*8443:8443[\s\S]*vllm\/vllm-openai:v0\.18\.0/);
  expect(told()).toEqual([
    {
      items: [
        { key: 'enable-oslogin', value: 'TRUE' },
        { key: 'startup-script', value: script },
      ],
    },
  ]);
});

test('without an image a machine has the metadata of its template, which is not asked for', async () => {
  done(await (await site.open()).start(request, call('k1')));
  expect([told(), countOf('InstanceTemplates.Get')]).toEqual([[undefined], 0]);
});

test('nothing is asked for while the template cannot be read', async () => {
  const action = 'InstanceTemplates.Get';
  const session = await site.open();
  site.fake.fault({ action, when: 'before', answer: answers.forbidden });
  expect(await session.start(withImage, call('k1'))).toMatchObject({ kind: 'refused', error: { class: 'auth' } });
  site.fake.fault({ action, when: 'before', answer: 'drop' });
  expect(await session.start(withImage, call('k1'))).toMatchObject({ kind: 'refused', error: { class: 'transient' } });
  expect(asked()).toEqual([]);
});

test.for([
  ['a command', { command: ['vllm', 'serve'] }, 'CommandNotSupported'],
  ['a secret', { container, env: { HF_TOKEN: 'letmein' } }, 'ValueNotFit'],
] as const)('%s is refused before anything is asked', async ([, change, code]) => {
  const reply = await (await site.open()).start({ ...request, launch: { ...launch, ...change } }, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'invalid', code } });
  expect(site.fake.calls).toEqual([]);
});

test('a start key that no label can hold is refused before anything is asked', async () => {
  const reply = await (await site.open()).start(request, call('k'.repeat(600)));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'invalid', code: 'KeyTooLong' } });
  expect(site.fake.calls).toEqual([]);
});

test('without credentials nothing is sent, and it is said so', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/key.json');
  const session = await site.openWith({ settings: { endpoint: 'https://127.0.0.1:9' } });
  expect(await session.list({ deployment: 'chat' }, call(''))).toMatchObject({
    kind: 'unknown',
    error: { class: 'auth', code: 'NoCredentials', message: expect.stringContaining('/nowhere/key.json') },
  });
  expect(await session.start(request, call('k1'))).toMatchObject({ kind: 'refused', error: { class: 'auth' } });
});

test('an API that nobody answers for is out of reach, and nothing was sent', async () => {
  const session = await site.openWith({ settings: { endpoint: 'http://127.0.0.1:9' } });
  expect(await session.start(request, call('k1'))).toMatchObject({ kind: 'refused', error: { code: 'ECONNREFUSED' } });
});
