import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/azure/server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { callsOf, done, request } from './support/calls.ts';
import { type AzureSite, makeAzureSite } from './support/site.ts';

/** A minute is three seconds here. */
const clock = createFastClock(20);
const call = callsOf(clock);

let site: AzureSite;
let session: Provider;
beforeEach(async () => {
  site = await makeAzureSite({ clock, speed: 4 });
  session = await site.open();
});
afterEach(() => site.dispose());

async function started(slot = 0, key = `k${slot}`): Promise<Replica> {
  return done(await session.start({ ...request, slot }, call(key)));
}

async function running(slot = 0): Promise<Replica> {
  const replica = await started(slot);
  const { group } = site.azure;
  while (group.machines.some((each) => each.at(group.nowMs())?.provisioning === 'Creating'))
    await clock.sleep(500, new AbortController().signal);
  return replica;
}

async function replicas(): Promise<readonly Replica[]> {
  const sight = await session.list({ deployment: 'chat' }, call(''));
  if (sight.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}

const count = (operation: string): number => site.azure.calls.filter((each) => each === operation).length;

test('deallocates and never powers off, and says so only when nothing is billed but disk and interface', async () => {
  const replica = await running();
  done(await session.stop(replica, 'stop', call('s1')));
  expect((await replicas()).map(({ state, billed, url }) => [state, billed, url])).toEqual([
    ['stopped', 'no', undefined],
  ]);
  expect([count('VirtualMachines_Deallocate'), count('VirtualMachines_PowerOff')]).toEqual([1, 0]);
  expect(site.azure.group.billed()).toHaveLength(2);
  // Once more is done already.
  done(await session.stop(replica, 'stop', call('s1')));
  expect(count('VirtualMachines_Deallocate')).toBe(1);
});

test('waits until a machine that is still being made can be stopped', async () => {
  done(await session.stop(await started(), 'stop', call('s1')));
  expect((await replicas()).map(({ state, billed }) => [state, billed])).toEqual([['stopped', 'no']]);
});

test('a machine that is only powered off is deallocated, for it is billed', async () => {
  const replica = await running();
  site.azure.group.machines[0]?.powerOff(site.azure.group.nowMs());
  done(await session.stop(replica, 'stop', call('s1')));
  expect(site.azure.group.billedMachines()).toEqual([]);
});

test('a machine that is being made is deleted at once, with everything beside it', async () => {
  const replica = await started();
  done(await session.stop(replica, 'delete', call('s1')));
  expect(site.azure.group.billed()).toEqual([]);
  // Its own key asked for that machine, which somebody ended: not for another one.
  const again = done(await session.start(request, call('k0')));
  expect([again.bootId, again.state, again.billed]).toEqual([replica.bootId, 'gone', 'no']);
});

test.for([
  ['azure-async', '10', 2],
  ['location', '10', 2],
  ['azure-async', undefined, 12],
] as const)('asks how it goes on by %s, not sooner than it may (%s s)', async ([flavour, retryAfter, mostPolls]) => {
  const replica = await running();
  Object.assign(site.azure.operations, { flavour, retryAfter });
  const before = count('Operations_Get');
  done(await session.stop(replica, 'stop', call('s1')));
  const polls = count('Operations_Get') - before;
  expect(polls).toBeGreaterThan(0);
  expect(polls).toBeLessThanOrEqual(mostPolls);
});

test('is unknown at its deadline while Azure has not ended the machine, and done when it has', async () => {
  const replica = await running();
  site.azure.group.isStuck = true;
  const reply = await session.stop(replica, 'delete', call('s1', { withinMs: 5000 }));
  expect(reply).toMatchObject({ kind: 'unknown', error: { code: 'StillStopping' } });
  expect((await replicas()).map(({ state, billed }) => [state, billed])).toEqual([['stopping', 'unknown']]);
  site.azure.group.isStuck = false;
  site.azure.group.machines[0]?.remove(site.azure.group.nowMs());
  expect(await session.stop(replica, 'delete', call('s1'))).toEqual({ kind: 'done', value: undefined });
});

test.for([
  ['VirtualMachines_Delete', 'delete', 'before'],
  ['VirtualMachines_Delete', 'delete', 'after'],
  ['VirtualMachines_Deallocate', 'stop', 'before'],
  ['VirtualMachines_Deallocate', 'stop', 'after'],
  ['VirtualMachines_Update', 'stop', 'after'],
] as const)(
  'a lost reply to %s (%s, %s it was done) is unknown, and done when asked again',
  async ([operation, how, when]) => {
    const replica = await running();
    site.azure.fault({ action: operation, when, answer: 'drop' });
    expect((await session.stop(replica, how, call('s1'))).kind).toBe('unknown');
    expect((await session.stop(replica, how, call('s1'))).kind).toBe('done');
    expect(site.azure.group.billedMachines()).toEqual([]);
  },
);

test('too many calls are a refusal, and nothing is stopped', async () => {
  const replica = await running();
  site.azure.fault({ action: 'VirtualMachines_Delete', when: 'before', answer: answers.throttled });
  expect(await session.stop(replica, 'delete', call('s1'))).toMatchObject({
    kind: 'refused',
    error: { class: 'throttled' },
  });
  expect(site.azure.group.billedMachines()).toHaveLength(1);
});

test('a machine that is too new to be found is not gone', async () => {
  site.azure.group.hiddenMs = 60_000;
  const replica = await started();
  const early = await session.stop(replica, 'delete', call('s1', { withinMs: 1500 }));
  expect(early).toMatchObject({ kind: 'refused', error: { class: 'transient' } });
  expect(site.azure.group.billedMachines()).toHaveLength(1);
  site.azure.group.hiddenMs = 0;
  expect((await session.stop(replica, 'delete', call('s1'))).kind).toBe('done');
  expect(site.azure.group.billed()).toEqual([]);
});

test('what stayed behind of a machine that is not there is listed as billed, until it is deleted', async () => {
  const { group } = site.azure;
  group.failingLate.set('Standard_ND96isr_H100_v5', { code: 'AllocationFailed', leaves: 'siblings' });
  session = await site.openWith({ settings: { zones: undefined } });
  await started(3);
  while (group.billedMachines().length > 0) await clock.sleep(500, new AbortController().signal);
  const elsewhere = await site.openWith({ elsewhere: true });
  session = elsewhere;
  const [left] = await replicas();
  expect(left).toMatchObject({ slot: 3, state: 'gone', billed: 'yes' });
  done(await elsewhere.stop(left as Replica, 'delete', call('s1')));
  expect(group.billed()).toEqual([]);
  expect(await replicas()).toEqual([]);
});

test('what stayed behind and cannot be deleted is not called gone', async () => {
  const replica = await running();
  const disk = site.azure.group.siblings.find(({ kind }) => kind === 'disks');
  site.azure.group.siblings.push({ ...(disk as NonNullable<typeof disk>), goesAlong: false });
  site.azure.fault({
    ...{ action: 'Disks_Delete', when: 'before', times: 99 },
    answer: { status: 409, code: 'OperationNotAllowed', message: 'Disk is locked: marked for deletion.' },
  });
  const reply = await session.stop(replica, 'delete', call('s1', { withinMs: 60_000 }));
  expect(reply).toMatchObject({ kind: 'unknown', error: { code: 'StillClearing' } });
  expect(reply.kind === 'unknown' && reply.error.message).toContain(`disks ${disk?.name}`);
});

test('a stopped machine that cannot be had again is sold out, and no other is made beside it', async () => {
  const replica = await running();
  done(await session.stop(replica, 'stop', call('s1')));
  site.azure.group.soldOut.add('Standard_ND96isr_H100_v5 1');
  const reply = await session.start(request, call('k3'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'ZonalAllocationFailed' } });
  expect(site.azure.group.machines).toHaveLength(1);
});

test('a start from deallocated that fails after it was accepted is refused once, by whoever asks, and then tried again', async () => {
  const replica = await running();
  done(await session.stop(replica, 'stop', call('s1')));
  site.azure.group.failingWake = 'AllocationFailed';
  const woken = done(await session.start(request, call('k3')));
  expect([woken.state, woken.id]).toEqual(['starting', replica.id]);
  while ((await replicas())[0]?.state !== 'stopped') await clock.sleep(500, new AbortController().signal);
  const reply = await (await site.open()).start(request, call('k3'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'AllocationFailed' } });
  site.azure.group.failingWake = undefined;
  expect(done(await session.start(request, call('k3'))).state).toBe('starting');
  expect(site.azure.group.machines).toHaveLength(1);
});

test.for(['VirtualMachines_Update', 'VirtualMachines_Start'] as const)(
  'a crash around %s of a stopped machine is made good under the same key, by anybody',
  async (operation) => {
    const replica = await running();
    done(await session.stop(replica, 'stop', call('s1')));
    site.azure.fault({
      action: operation,
      when: operation === 'VirtualMachines_Start' ? 'before' : 'after',
      answer: 'drop',
    });
    expect((await session.start(request, call('k3'))).kind).toBe('unknown');
    const woken = done(await (await site.openWith({ elsewhere: true })).start(request, call('k3', { epoch: 2 })));
    expect([woken.id, woken.bootId === replica.bootId, woken.state]).toEqual([replica.id, false, 'starting']);
    expect(site.azure.group.machines).toHaveLength(1);
  },
);

test('lists all pages, and nothing of what it may not see', async () => {
  site.azure.group.pageSize = 2;
  for (const slot of [0, 1, 2, 3, 4]) await started(slot);
  expect((await replicas()).map(({ slot }) => slot).sort()).toEqual([0, 1, 2, 3, 4]);
  for (const operation of [
    'VirtualMachines_List',
    'VirtualMachines_Get',
    'NetworkInterfaces_Get',
    'Disks_ListByResourceGroup',
  ]) {
    site.azure.fault({ action: operation, when: 'before', answer: answers.expired });
    const sight = await session.list({ deployment: 'chat' }, call(''));
    expect(sight, operation).toMatchObject({ kind: 'unknown', error: { class: 'auth' } });
  }
  // One connection that breaks says nothing of Azure: it is asked once more.
  const drop = { action: 'VirtualMachines_List', when: 'before', answer: 'drop' } as const;
  site.azure.fault(drop);
  expect(await replicas()).toHaveLength(5);
  site.azure.fault(drop);
  site.azure.fault(drop);
  expect((await session.list({ deployment: 'chat' }, call(''))).kind).toBe('unknown');
});

test('gives up a call that is aborted while Azure is silent', async () => {
  site.azure.fault({ action: 'VirtualMachines_List', when: 'before', answer: 'hang' });
  const given = new AbortController();
  const listing = session.list({ deployment: 'chat' }, { ...call(''), signal: given.signal });
  given.abort();
  expect((await listing).kind).toBe('unknown');
});
