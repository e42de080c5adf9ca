/** Deleting: verified, for good, and never of somebody else. */
import assert from 'node:assert/strict';
import type { Replica } from '../../model/replica.ts';
import type { ContractCase } from '../contract-case.ts';
import { type Bench, done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function stopCases(make: MakeProvider): readonly ContractCase[] {
  return [...deleteCases(make), ...deathCases(make)];
}

function deleteCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'deletes so that nothing runs, is listed or is billed', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      await bench.runs(0, 'its delete was done');
      const left = (await bench.replicas()).filter(({ state, billed }) => state !== 'gone' || billed !== 'no');
      assert.deepEqual(left, [], 'its delete was done, and it is listed as something else than gone and not billed');
    }),
    providerCase(make, 'deletes again what is deleted already', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')), 'what is gone is deleted');
    }),
    providerCase(make, 'deletes what was started a moment ago, whether a list shows it yet or not', async (bench) => {
      const other = await bench.open();
      const replica = await bench.started('k1');
      // Not to be seen in one list that may lag is not to be gone.
      done(await other.stop(replica, 'delete', bench.write('k2')));
      await bench.runs(0, 'it was deleted a moment after its start');
      await bench.until('nothing is billed', (all) => all.every(({ billed }) => billed === 'no'));
    }),
    providerCase(make, 'stops one replica and leaves the others running', async (bench) => {
      const first = await bench.started('k1', 0);
      const second = await bench.started('k2', 1);
      done(await bench.provider.stop(first, 'delete', bench.write('k3')));
      await bench.runs(1, 'one of two was deleted');
      const billed = (await bench.listed(second)).filter((each) => each.billed === 'yes').map(({ id }) => id);
      assert.deepEqual(billed, [second.id], `${first.id} was deleted and ${second.id} was not`);
    }),
    providerCase(make, 'does not stop a replica that was started anew meanwhile', async (bench) => {
      const old = await bench.started('k1');
      done(await bench.provider.stop(old, 'delete', bench.write('k2')));
      const young = await bench.started('k3');
      const reply = await bench.provider.stop(old, 'delete', bench.write('k4'));
      if (young.id === old.id) refusal(reply, 'conflict', `${old.id} is another boot now`);
      else done(reply, `${old.id} is gone`);
      await bench.runs(1, 'the younger one was not to be deleted');
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
        `it died, and is listed as ${states.join()}`,
      );
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')), 'what died can be deleted');
      await bench.runs(0, 'it died');
    }),
    providerCase(make, 'never starts a dead replica anew under its old key', async (bench) => {
      const replica = await listedReplica(bench);
      await bench.subject.killReplica(replica);
      await bench.until('the replica is gone', (all) => all.every(({ state }) => state === 'gone'));
      const again = await bench.started('k1');
      await bench.runs(0, 'the key of the dead one was asked for');
      assert.equal(again.bootId, replica.bootId, 'the key of the dead one gave another boot');
      assert.equal(again.state, 'gone', `the key of the dead one gave it as ${again.state}`);
    }),
    providerCase(make, 'fills the slot of a dead replica for a new key', async (bench) => {
      const replica = await listedReplica(bench);
      await bench.subject.killReplica(replica);
      await bench.until('the replica is gone', (all) => all.every(({ state }) => state === 'gone'));
      const next = await bench.started('k2');
      assert.notEqual(next.bootId, replica.bootId, 'another key gave the boot of the dead one');
      await bench.runs(1, 'the slot of a dead one was filled');
    }),
  ];
}

/** Started, and in the list: one that lags would else show nothing for gone. */
async function listedReplica(bench: Bench): Promise<Replica> {
  const replica = await bench.started('k1');
  await bench.listed(replica);
  return replica;
}
