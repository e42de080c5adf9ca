import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/gcp/faults.ts';
import { createStepClock, type StepClock } from '../support/step-clock.ts';
import { type GcpSite, launch, makeGcpSite } from './support/site.ts';

let clock: StepClock;
let site: GcpSite;
let session: Provider;
beforeEach(async () => {
  clock = createStepClock();
  site = await makeGcpSite({ clock, speed: 1, onSilence: () => clock.skip() });
  session = await site.open();
});
afterEach(() => site.dispose());

function call(idempotencyKey: string, withinMs = 120_000): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + withinMs;
  return { signal: new AbortController().signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey };
}

async function started(slot = 0, withinMs?: number): Promise<Replica> {
  const reply = await session.start({ deployment: 'chat', model: 'tiny', slot, launch }, call(`k${slot}`, withinMs));
  if (reply.kind !== 'done') throw new Error(`not started: ${JSON.stringify(reply)}`);
  return reply.value;
}

async function replicas(): Promise<readonly Replica[]> {
  const sight = await session.list({ deployment: 'chat' }, call(''));
  if (sight.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}

test('is unknown at its deadline while the machine has not ended, and done when it has', async () => {
  const replica = await started();
  site.fake.project.isStuck = true;
  const reply = await session.stop(replica, 'delete', call('s1', 5000));
  expect(reply).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
  expect((await replicas()).map(({ state, billed }) => [state, billed])).toEqual([['stopping', 'unknown']]);
  site.fake.project.isStuck = false;
  expect(await session.stop(replica, 'delete', call('s1'))).toEqual({ kind: 'done', value: undefined });
  expect(site.fake.disks()).toEqual([]);
});

test.for(['before', 'after'] as const)(
  'a delete whose reply is lost %s it was done is unknown, and done when asked again',
  async (when) => {
    const replica = await started();
    site.fake.fault({ action: 'Instances.Delete', when, answer: 'drop' });
    expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('unknown');
    expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
    expect([site.fake.billed(), site.fake.disks()]).toEqual([[], []]);
  },
);

test('waits until a machine that is still being made can be stopped, and keeps it with its disk', async () => {
  const replica = await started(0, 400);
  expect((await session.stop(replica, 'stop', call('s1'))).kind).toBe('done');
  expect((await replicas()).map(({ state, billed, url }) => [state, billed, url])).toEqual([
    ['stopped', 'no', undefined],
  ]);
  expect([site.fake.billed().length, site.fake.disks().length]).toEqual([0, 1]);
});

test('gives up local SSDs in so many words, without which such a machine would not stop', async () => {
  site.fake.project.hasLocalSsd = true;
  expect((await session.stop(await started(), 'stop', call('s1'))).kind).toBe('done');
  expect(site.fake.billed()).toEqual([]);
});

test('a machine deleted while it is being made leaves nothing, and its launch, failed by that, is asked for no more', async () => {
  const replica = await started(0, 2500);
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
  const [launched] = site.fake.project.operations;
  expect(launched?.error).toMatchObject({ code: 'CONFLICT', status: 409 });
  const again = await session.start({ deployment: 'chat', model: 'tiny', slot: 0, launch }, call('k0'));
  expect(again).toMatchObject({ kind: 'done', value: { id: replica.id, state: 'gone' } });
  expect([site.fake.project.machines.length, site.fake.billed(), site.fake.disks()]).toEqual([1, [], []]);
});

test('a machine that is not found because it has only been asked for is waited for, and then deleted', async () => {
  const replica = await started(0, 400);
  site.fake.project.lagMs = 60_000;
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
  expect([site.fake.billed(), site.fake.disks()]).toEqual([[], []]);
});

test('a boot disk that its template leaves behind goes with its machine', async () => {
  site.fake.project.isBootDiskTied = false;
  expect((await session.stop(await started(), 'delete', call('s1'))).kind).toBe('done');
  expect(site.fake.disks()).toEqual([]);
});

test.for([answers.throttled, answers.busy])(
  'too many calls ($reason) are a refusal, and nothing is stopped',
  async (answer) => {
    const replica = await started();
    site.fake.fault({ action: 'Instances.Delete', when: 'before', answer });
    expect(await session.stop(replica, 'delete', call('s1'))).toMatchObject({
      kind: 'refused',
      error: { class: 'throttled' },
    });
    expect(site.fake.billed()).toHaveLength(1);
  },
);

test('a machine that nobody knows any more is gone', async () => {
  const replica = { ...(await started()), id: 'godwit-chat-4-0123456789ab.europe-west4-a', slot: 4 };
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
  expect(site.fake.billed()).toHaveLength(1);
});

test('a machine that somebody started again is another boot, and left alone', async () => {
  const replica = await started();
  const [machine] = site.fake.project.machines;
  await clock.sleep(20_000, new AbortController().signal);
  machine?.stop(clock.nowMs());
  await clock.sleep(20_000, new AbortController().signal);
  machine?.startAgain(clock.nowMs());
  await clock.sleep(20_000, new AbortController().signal);
  const reply = await session.stop(replica, 'delete', call('s1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'conflict', code: 'OtherBoot' } });
  const [listed] = await replicas();
  if (listed === undefined) throw new Error('not listed');
  expect((await session.stop(listed, 'delete', call('s2'))).kind).toBe('done');
});

test('lists all pages, and nothing where it may not see', async () => {
  site.fake.project.pageSize = 2;
  for (const slot of [0, 1, 2, 3, 4]) await started(slot);
  expect((await replicas()).map(({ slot }) => slot).sort()).toEqual([0, 1, 2, 3, 4]);
  const action = 'Instances.AggregatedList';
  site.fake.fault({ action, when: 'before', answer: answers.expired });
  const list = () => session.list({ deployment: 'chat' }, call(''));
  expect(await list()).toMatchObject({ kind: 'unknown', error: { class: 'auth' } });
  // One connection that breaks says nothing of Google: it is asked once more.
  site.fake.fault({ action, when: 'before', answer: 'drop' });
  expect((await list()).kind).toBe('seen');
  for (const answer of ['drop', 'html'] as const) {
    site.fake.fault({ action, when: 'before', answer });
    site.fake.fault({ action, when: 'before', answer });
    expect((await list()).kind).toBe('unknown');
  }
  site.fake.fault({ action, when: 'before', answer: 'hang' });
  expect((await list()).kind).toBe('unknown');
});

test('a zone that could not be reached is not an empty one', async () => {
  await started();
  site.fake.project.unreachable.add('europe-west4-b');
  expect(await session.list({ deployment: 'chat' }, call(''))).toMatchObject({
    kind: 'unknown',
    error: { code: 'Unreachable', message: expect.stringContaining('europe-west4-b') },
  });
  site.fake.project.unreachable.clear();
  site.fake.project.unreachable.add('us-central1-a');
  expect(await replicas()).toHaveLength(1);
});
