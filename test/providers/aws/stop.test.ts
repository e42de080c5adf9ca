import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/aws/faults.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { type AwsSite, launch, makeAwsSite } from './support/site.ts';

/** A minute is three seconds here. */
const clock = createFastClock(20);

let site: AwsSite;
let session: Provider;
beforeEach(async () => {
  site = await makeAwsSite({ clock, speed: 10 });
  session = await site.open();
});
afterEach(() => site.dispose());

function call(idempotencyKey: string, withinMs = 120_000): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + withinMs;
  return { signal: new AbortController().signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey };
}

async function started(slot = 0, from = session): Promise<Replica> {
  const reply = await from.start({ deployment: 'chat', model: 'tiny', slot, launch }, call(`k${slot}`));
  if (reply.kind !== 'done') throw new Error(`not started: ${JSON.stringify(reply)}`);
  return reply.value;
}

async function replicas(): Promise<readonly Replica[]> {
  const sight = await session.list({ deployment: 'chat' }, call(''));
  if (sight.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}

test('is unknown at its deadline while EC2 has not ended the machine, and done when it has', async () => {
  const replica = await started();
  site.ec2.region.isStuck = true;
  const reply = await session.stop(replica, 'delete', call('s1', 5000));
  expect(reply).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
  expect((await replicas()).map(({ state, billed }) => [state, billed])).toEqual([['stopping', 'unknown']]);
  site.ec2.region.machines[0]?.end(site.ec2.region.nowMs());
  expect(await session.stop(replica, 'delete', call('s1'))).toEqual({ kind: 'done', value: undefined });
});

test.for(['before', 'after'] as const)(
  'a stop whose reply is lost %s it was done is unknown, and done when asked again',
  async (when) => {
    const replica = await started();
    site.ec2.fault({ action: 'TerminateInstances', when, answer: 'drop' });
    expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('unknown');
    expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
    expect(site.ec2.billed()).toEqual([]);
  },
);

test('waits until a machine that still boots can be stopped', async () => {
  const replica = await started();
  expect((await session.stop(replica, 'stop', call('s1'))).kind).toBe('done');
  expect((await replicas()).map(({ state, billed, url }) => [state, billed, url])).toEqual([
    ['stopped', 'no', undefined],
  ]);
});

test('a spot machine cannot be kept for later, and says so', async () => {
  session = await site.openWith({ settings: { market: ['spot'] } });
  const reply = await session.stop(await started(), 'stop', call('s1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'invalid', code: 'UnsupportedOperation' } });
});

test('too many calls are a refusal, and nothing is stopped', async () => {
  const replica = await started();
  site.ec2.fault({ action: 'TerminateInstances', when: 'before', answer: answers.throttled });
  expect(await session.stop(replica, 'delete', call('s1'))).toMatchObject({
    kind: 'refused',
    error: { class: 'throttled' },
  });
  expect(site.ec2.billed()).toHaveLength(1);
});

test('a machine that is too new to be found is not gone', async () => {
  site.ec2.region.lagMs = 150_000;
  const replica = await started();
  const early = await session.stop(replica, 'delete', call('s1', 4000));
  expect(early).toMatchObject({ kind: 'refused', error: { class: 'transient' } });
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
  expect(site.ec2.billed()).toEqual([]);
});

test('a machine that nobody knows any more is gone', async () => {
  const replica = { ...(await started()), id: 'i-0000000000000beef', slot: 4 };
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
});

test('lists all pages, and nothing of what it may not see', async () => {
  site.ec2.region.pageSize = 2;
  for (const slot of [0, 1, 2, 3, 4]) await started(slot);
  expect((await replicas()).map(({ slot }) => slot).sort()).toEqual([0, 1, 2, 3, 4]);
  site.ec2.fault({ action: 'DescribeInstances', when: 'before', answer: answers.expired });
  expect(await session.list({ deployment: 'chat' }, call(''))).toMatchObject({
    kind: 'unknown',
    error: { class: 'auth' },
  });
  // One connection that breaks says nothing of EC2: it is asked once more.
  const drop = { action: 'DescribeInstances', when: 'before', answer: 'drop' } as const;
  site.ec2.fault(drop);
  expect(await replicas()).toHaveLength(5);
  site.ec2.fault(drop);
  site.ec2.fault(drop);
  expect((await session.list({ deployment: 'chat' }, call(''))).kind).toBe('unknown');
});

test('gives up a call that is aborted while EC2 is silent', async () => {
  site.ec2.fault({ action: 'DescribeInstances', when: 'before', answer: 'hang' });
  const given = new AbortController();
  const listing = session.list({ deployment: 'chat' }, { ...call(''), signal: given.signal });
  given.abort();
  expect((await listing).kind).toBe('unknown');
});
