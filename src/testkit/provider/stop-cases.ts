/** Stopping: verified, warm or for good, and never of somebody else. */
import assert from 'node:assert/strict';
import type { Replica } from '../../model/replica.ts';
import type { ContractCase } from '../contract-case.ts';
import { type Bench, done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function stopCases(make: MakeProvider): readonly ContractCase[] {
  return [...deleteCases(make), warmStop(make), warmStart(make), ...deathCases(make)];
}

function deleteCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'deletes so that nothing runs, is listed or is billed', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      assert.equal(await bench.subject.countRunning(), 0);
      assert.deepEqual(
        (await bench.replicas()).filter(({ state, billed }) => state !== 'gone' || billed !== 'no'),
        [],
      );
    }),
    providerCase(make, 'deletes again what is deleted already', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
    }),
    providerCase(make, 'deletes what was started a moment ago, whether a list shows it yet or not', async (bench) => {
      const other = await bench.open();
      const replica = await bench.started('k1');
      // Not to be seen in one list that may lag is not to be gone.
      done(await other.stop(replica, 'delete', bench.write('k2')));
      assert.equal(await bench.subject.countRunning(), 0);
      await bench.until('nothing is billed', (all) => all.every(({ billed }) => billed === 'no'));
    }),
    providerCase(make, 'stops one replica and leaves the others running', async (bench) => {
      const first = await bench.started('k1', 0);
      const second = await bench.started('k2', 1);
      done(await bench.provider.stop(first, 'delete', bench.write('k3')));
      assert.deepEqual(
        (await bench.replicas()).filter(({ billed }) => billed === 'yes').map(({ id }) => id),
        [second.id],
      );
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'does not stop a replica that was started anew meanwhile', async (bench) => {
      const old = await bench.started('k1');
      done(await bench.provider.stop(old, 'delete', bench.write('k2')));
      const young = await bench.started('k3');
      if (young.id !== old.id) return done(await bench.provider.stop(old, 'delete', bench.write('k4')));
      refusal(await bench.provider.stop(old, 'delete', bench.write('k4')), 'conflict');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
  ];
}

function deathCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'sees that a replica died, and deletes what is left of it', async (bench) => {
      const replica = await listedReplica(bench);
      await bench.subject.killReplica(replica);
      await bench.until('the dead replica is not billed', (all) => all.every(({ billed }) => billed === 'no'));
      const states = (await bench.replicas()).map(({ state }) => state);
      assert.ok(
        states.every((state) => state === 'gone'),
        states.join(),
      );
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      assert.equal(await bench.subject.countRunning(), 0);
    }),
    providerCase(make, 'never starts a dead replica anew under its old key', async (bench) => {
      const replica = await listedReplica(bench);
      await bench.subject.killReplica(replica);
      await bench.until('the replica is gone', (all) => all.every(({ state }) => state === 'gone'));
      const again = await bench.started('k1');
      assert.deepEqual([again.bootId, again.state], [replica.bootId, 'gone']);
      assert.equal(await bench.subject.countRunning(), 0);
    }),
    providerCase(make, 'fills the slot of a dead replica for a new key', async (bench) => {
      const replica = await listedReplica(bench);
      await bench.subject.killReplica(replica);
      await bench.until('the replica is gone', (all) => all.every(({ state }) => state === 'gone'));
      const next = await bench.started('k2');
      assert.notEqual(next.bootId, replica.bootId);
      assert.equal(await bench.subject.countRunning(), 1);
    }),
  ];
}

/** Started, and in the list: one that lags would else show nothing for gone. */
async function listedReplica(bench: Bench): Promise<Replica> {
  const replica = await bench.started('k1');
  await bench.listed(replica);
  return replica;
}

function warmStop(make: MakeProvider): ContractCase {
  return providerCase(make, 'keeps a stopped replica for later, without running or billing it', async (bench) => {
    if (bench.subject.plugin.capabilities.warmStandby !== 'yes') return;
    const replica = await bench.started('k1');
    done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
    assert.equal(await bench.subject.countRunning(), 0);
    const [kept] = await bench.replicas(await bench.open());
    assert.deepEqual([kept?.id, kept?.state, kept?.billed], [replica.id, 'stopped', 'no']);
    const again = await bench.started('k1');
    assert.equal(again.state, 'stopped', 'its old key asks for it as it is');
  });
}

function warmStart(make: MakeProvider): ContractCase {
  return providerCase(make, 'starts a stopped replica under its old id as a new boot', async (bench) => {
    if (bench.subject.plugin.capabilities.warmStandby !== 'yes') return;
    const replica = await bench.started('k1');
    done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
    const woken = await bench.started('k3');
    assert.equal(woken.id, replica.id);
    assert.notEqual(woken.bootId, replica.bootId);
    assert.equal((await bench.replicas()).length, 1);
    assert.equal(await bench.subject.countRunning(), 1);
  });
}
