import { afterEach, beforeEach, expect, test } from 'vitest';
import { answers } from '../../fakes/aws/faults.ts';
import { callOf, doneOf, fastClock, request } from './support/desk.ts';
import { type AwsSite, makeAwsSite } from './support/site.ts';

let site: AwsSite;
beforeEach(async () => {
  site = await makeAwsSite({ clock: fastClock, speed: 10 });
});
afterEach(() => site.dispose());

const mark = (): string | undefined => site.ec2.region.machines[0]?.tags.get('godwit:draining');
const epoch = (): string | undefined => site.ec2.region.machines[0]?.tags.get('godwit:epoch');

test('the operation that drains a machine is written on it, with its epoch, in one call', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  const before = site.ec2.calls.length;
  expect(await session.drain?.(replica, callOf('k2', { operationId: 'op-7', epoch: 2 }))).toMatchObject({
    kind: 'done',
  });
  expect([mark(), epoch()]).toEqual(['op-7', '2']);
  expect(site.ec2.calls.slice(before)).toEqual(['DescribeInstances', 'CreateTags']);
});

test('a machine that is marked already is only looked at, by the same lease; another one marks it anew', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  await session.drain?.(replica, callOf('k2'));
  const before = site.ec2.calls.length;
  await session.drain?.(replica, callOf('k2'));
  expect(site.ec2.calls.slice(before)).toEqual(['DescribeInstances']);
  await session.drain?.(replica, callOf('k3', { operationId: 'op-9', epoch: 5 }));
  expect([mark(), epoch()]).toEqual(['op-9', '5']);
});

test('an older lease is turned away from anywhere', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  await session.drain?.(replica, callOf('k2', { epoch: 7 }));
  const elsewhere = await site.openWith({ elsewhere: true });
  const stale = { kind: 'refused', error: { class: 'conflict', code: 'StaleEpoch' } };
  expect(await elsewhere.drain?.(replica, callOf('k3', { epoch: 6 }))).toMatchObject(stale);
  expect(await elsewhere.stop(replica, 'delete', callOf('k4', { epoch: 6 }))).toMatchObject(stale);
});

test('the mark is gone once the machine is started again, and not before', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  await session.drain?.(replica, callOf('k2', { operationId: 'op-7' }));
  doneOf(await session.stop(replica, 'stop', callOf('k3')));
  expect(mark()).toBe('op-7');
  const woken = doneOf(await session.start(request, callOf('k4')));
  expect([woken.id, mark()]).toEqual([replica.id, '']);
});

test('what has stopped, ended or never was needs no mark; what was started anew is not marked', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  doneOf(await session.stop(replica, 'stop', callOf('k2')));
  expect(await session.drain?.(replica, callOf('k3'))).toMatchObject({ kind: 'done' });
  expect(mark()).toBeUndefined();
  doneOf(await session.start(request, callOf('k4')));
  expect(await session.drain?.(replica, callOf('k5'))).toMatchObject({ kind: 'refused', error: { code: 'OtherBoot' } });
  const other = { ...replica, id: 'i-0123456789abcdef0', slot: 3 };
  expect(await session.drain?.(other, callOf('k6'))).toMatchObject({ kind: 'done' });
});

test('a mark whose answer is lost is unknown, and settled by asking again', async () => {
  const session = await site.open();
  const replica = doneOf(await session.start(request, callOf('k1')));
  site.ec2.fault({ action: 'CreateTags', when: 'after', answer: answers.internal });
  expect((await session.drain?.(replica, callOf('k2')))?.kind).toBe('unknown');
  expect((await session.drain?.(replica, callOf('k2')))?.kind).toBe('done');
});
