/** What every store promises of a lease. */
import assert from 'node:assert/strict';
import type { Lease } from '../../model/lease.ts';
import type { Actor } from '../../model/operation.ts';
import type { LeaseReply, Store } from '../../ports/store.ts';
import type { ContractCase } from '../contract-case.ts';
import { alice, leaseDraft, robot } from './samples.ts';
import { type MakeStore, refusal, storeCase } from './subject.ts';

const ttlMs = 1000;

async function take(store: Store, holder: Actor = robot, deployment = 'chat'): Promise<Lease> {
  const reply = await store.lease.acquire(deployment, holder, ttlMs);
  assert.equal(reply.kind, 'held', `${holder.name} should have got the lease`);
  return reply.kind === 'held' ? reply.lease : assert.fail();
}

function assertBusy(reply: LeaseReply, holder: Actor, epoch: number): void {
  assert.equal(reply.kind, 'busy');
  if (reply.kind !== 'busy') return;
  assert.deepEqual(reply.record.holder, holder);
  assert.equal(reply.record.epoch, epoch);
}

export function leaseCases(make: MakeStore): readonly ContractCase[] {
  return [...holdingCases(make), ...expiryCases(make), ...endingCases(make)];
}

function holdingCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'a free lease is given with epoch 1 and readable by others', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      assert.equal(await two.lease.read('chat'), undefined);
      const lease = await take(one);
      assert.equal(lease.epoch, 1);
      const record = await two.lease.read('chat');
      assert.deepEqual([record?.holder, record?.epoch, record?.ttlMs], [robot, 1, ttlMs]);
    }),
    storeCase(make, 'a lease is usable for less than its ttl from the moment it was asked for', async (subject) => {
      const store = await subject.open();
      const askedAtMonoMs = subject.monoMs();
      const lease = await take(store);
      assert.ok(lease.usableUntilMonoMs > askedAtMonoMs);
      assert.ok(lease.usableUntilMonoMs <= askedAtMonoMs + ttlMs - 50, 'no margin of at least 50 ms');
    }),
    storeCase(make, 'a held lease is busy for everybody else and names its holder', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await take(one);
      assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
    }),
    storeCase(make, 'renewing moves the end and keeps the epoch', async (subject) => {
      const store = await subject.open();
      const lease = await take(store);
      subject.advance(400);
      const reply = await store.lease.renew(lease);
      assert.ok(reply.kind === 'held');
      assert.equal(reply.lease.usableUntilMonoMs, lease.usableUntilMonoMs + 400);
      assert.equal(reply.lease.epoch, lease.epoch);
    }),
    storeCase(
      make,
      'how long it is held counts from the taking, through renewals and jumps of the wall clock',
      async (subject) => {
        const [one, two] = [await subject.open(), await subject.open()];
        const lease = await take(one);
        subject.advance(400);
        await one.lease.renew(lease);
        subject.jumpWall(10 * 365 * 86_400_000);
        assert.equal(Math.round((await two.lease.read('chat'))?.heldMs ?? -1), 400);
        subject.advance(200);
        const reply = await two.lease.acquire('chat', alice, ttlMs);
        assert.equal(reply.kind === 'busy' ? Math.round(reply.record.heldMs) : undefined, 600);
        await one.lease.release(lease);
        await take(two, alice);
        assert.equal(Math.round((await one.lease.read('chat'))?.heldMs ?? -1), 0);
      },
    ),
    storeCase(make, 'leases of different deployments do not touch each other', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await take(one, robot, 'chat');
      assert.equal((await take(two, alice, 'embed')).epoch, 1);
    }),
    storeCase(make, 'of many who ask at the same moment exactly one gets it', async (subject) => {
      const stores = await Promise.all([subject.open(), subject.open(), subject.open()]);
      const replies = await Promise.all(stores.map((store) => store.lease.acquire('chat', robot, ttlMs)));
      assert.equal(replies.filter(({ kind }) => kind === 'held').length, 1);
    }),
  ];
}

function expiryCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'a holder that stands still for its whole ttl is followed by the next epoch', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await take(one);
      assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
      subject.advance(ttlMs - 1);
      assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
      subject.advance(1);
      assert.equal((await take(two, alice)).epoch, 2);
    }),
    storeCase(make, 'the ttl counts from the first look, however long ago the last renewal was', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await take(one);
      subject.advance(100 * ttlMs);
      assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
    }),
    storeCase(make, 'the holder’s own ttl is waited for, not the taker’s', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await take(one);
      await two.lease.acquire('chat', alice, 10);
      subject.advance(ttlMs - 1);
      assertBusy(await two.lease.acquire('chat', alice, 10), robot, 1);
    }),
    storeCase(make, 'a holder that renews is never taken for dead', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      let lease = await take(one);
      for (let round = 0; round < 5; round++) {
        assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
        subject.advance(ttlMs - 1);
        const reply = await one.lease.renew(lease);
        assert.ok(reply.kind === 'held');
        lease = reply.lease;
      }
    }),
    storeCase(make, 'wall clock jumps neither end a lease nor lengthen it', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      const lease = await take(one);
      await two.lease.acquire('chat', alice, ttlMs);
      subject.jumpWall(10 * 365 * 86_400_000);
      assertBusy(await two.lease.acquire('chat', alice, ttlMs), robot, 1);
      const reply = await one.lease.renew(lease);
      assert.ok(reply.kind === 'held' && reply.lease.usableUntilMonoMs === lease.usableUntilMonoMs);
      subject.jumpWall(-20 * 365 * 86_400_000);
      await two.lease.acquire('chat', alice, ttlMs);
      subject.advance(ttlMs);
      assert.equal((await take(two, alice)).epoch, 2);
    }),
    storeCase(make, 'a lease from before the machine was restarted is free at once', async (subject) => {
      await take(await subject.open());
      subject.reboot();
      assert.equal((await take(await subject.open(), alice)).epoch, 2);
    }),
  ];
}

function endingCases(make: MakeStore): readonly ContractCase[] {
  return [
    storeCase(make, 'a released lease is free at once and the epoch still grows', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await one.lease.release(await take(one));
      assert.equal((await take(two, alice)).epoch, 2);
      assert.equal((await two.lease.read('chat'))?.epoch, 2);
    }),
    storeCase(make, 'a lease that was given back, or is from another boot, shows no holder', async (subject) => {
      const store = await subject.open();
      await store.lease.release(await take(store));
      assert.equal(await store.lease.read('chat'), undefined);
      await take(store);
      assert.equal((await store.lease.read('chat'))?.epoch, 2);
      subject.reboot();
      assert.equal(await (await subject.open()).lease.read('chat'), undefined);
    }),
    storeCase(make, 'a holder that lost its lease cannot renew it and is told who has it', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      const lost = await take(one);
      await two.lease.acquire('chat', alice, ttlMs);
      subject.advance(ttlMs);
      await take(two, alice);
      assertBusy(await one.lease.renew(lost), alice, 2);
    }),
    storeCase(make, 'releasing a lost lease takes nothing from the one who holds it', async (subject) => {
      const [one, two, three] = [await subject.open(), await subject.open(), await subject.open()];
      const lost = await take(one);
      await two.lease.acquire('chat', alice, ttlMs);
      subject.advance(ttlMs);
      await take(two, alice);
      await one.lease.release(lost);
      assertBusy(await three.lease.acquire('chat', robot, ttlMs), alice, 2);
    }),
    storeCase(make, 'a released lease cannot be renewed', async (subject) => {
      const store = await subject.open();
      const lease = await take(store);
      await store.lease.release(lease);
      assert.equal((await store.lease.renew(lease)).kind, 'busy');
    }),
    storeCase(make, 'a writer of an older epoch is refused, whole', async (subject) => {
      const [one, two] = [await subject.open(), await subject.open()];
      await one.lease.release(await take(one));
      await take(two, alice);
      const drafts = [leaseDraft({ deployment: 'embed' }), leaseDraft({ epoch: 1 })];
      await refusal(one.journal.append(drafts), 'LeaseLost');
      assert.deepEqual(await one.journal.read({}), []);
      await two.journal.append([leaseDraft({ epoch: 2 })]);
      assert.equal((await one.journal.head()).seq, 1);
    }),
  ];
}
