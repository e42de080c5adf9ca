/** Warm standby: what is stopped is kept, and started again as another boot; or, where a provider says no, not kept. */
import assert from 'node:assert/strict';
import type { ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function warmCases({ capabilities }: ProviderPlugin, make: MakeProvider): readonly ContractCase[] {
  return capabilities.warmStandby === 'yes' ? keptCases(make) : [keepsNothing(make)];
}

function keptCases(make: MakeProvider): readonly ContractCase[] {
  return [
    warmStop(make),
    providerCase(make, 'stops again what is stopped already', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
      const later = await bench.open();
      for (const key of ['k2', 'k3']) done(await later.stop(replica, 'stop', bench.write(key)), 'it is stopped');
      await bench.runs(0, 'it was stopped, and asked to stop again');
    }),
    providerCase(make, 'deletes what is stopped, and keeps nothing of it', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
      done(await bench.provider.stop(replica, 'delete', bench.write('k3')), 'what is stopped can be deleted');
      const kept = (await bench.replicas()).filter(({ state }) => state !== 'gone');
      assert.deepEqual(kept, [], 'the delete of what was stopped is done, and it is listed');
    }),
    warmStart(make),
    providerCase(make, 'lets one of two sessions wake the replica they both want', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
      const other = await bench.open();
      const replies = await Promise.all([
        bench.provider.start(bench.request(), bench.write('k3')),
        other.start(bench.request(), bench.write('k4')),
      ]);
      await bench.runs(1, 'one of two has the slot');
      const kinds = replies.map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, ['done', 'refused'], `one of two has the slot, and the answers are ${kinds.join(', ')}`);
    }),
    wokenMeanwhile(make),
  ];
}

function warmStop(make: MakeProvider): ContractCase {
  return providerCase(make, 'keeps a stopped replica for later, without running or billing it', async (bench) => {
    const replica = await bench.started('k1');
    done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
    await bench.runs(0, 'it was stopped, and what is stopped is not billed');
    const kept = (await bench.replicas(await bench.open())).find(({ id }) => id === replica.id);
    assert.ok(kept !== undefined, `what was stopped is kept: ${replica.id} is not listed`);
    assert.equal(kept.state, 'stopped', `what was stopped is kept as stopped, and is listed as ${kept.state}`);
    assert.equal(kept.billed, 'no', `it was stopped, and is listed as billed: ${kept.billed}`);
    const again = await bench.started('k1');
    assert.equal(again.state, 'stopped', `its old key asks for it as it is, and gave it as ${again.state}`);
    await bench.runs(0, 'it was stopped, and its old key was asked for');
  });
}

function warmStart(make: MakeProvider): ContractCase {
  return providerCase(make, 'starts a stopped replica under its old id as a new boot', async (bench) => {
    const replica = await bench.started('k1');
    done(await bench.provider.stop(replica, 'stop', bench.write('k2')));
    const woken = await bench.started('k3');
    assert.equal(woken.id, replica.id, `the stopped one is started before a new one is made: got ${woken.id}`);
    assert.notEqual(woken.bootId, replica.bootId, 'what was stopped and started is another boot, and has the old one');
    assert.equal((await bench.listed(woken)).length, 1, 'one was stopped and started, and the list has more');
    await bench.runs(1, 'the stopped one was started');
  });
}

function wokenMeanwhile(make: MakeProvider): ContractCase {
  return providerCase(make, 'does not stop a replica that was woken meanwhile', async (bench) => {
    const old = await bench.started('k1');
    done(await bench.provider.stop(old, 'stop', bench.write('k2')));
    await bench.started('k3');
    for (const how of ['delete', 'stop'] as const) {
      const reply = await bench.provider.stop(old, how, bench.write(`k4-${how}`));
      refusal(reply, 'conflict', `${how} of a boot that has ended, whose id another boot bears`);
      await bench.runs(1, 'the boot that was woken was not to be stopped');
    }
  });
}

/** Of one that says no: whoever asks it to stop is refused, or gets what it says: nothing kept. */
function keepsNothing(make: MakeProvider): ContractCase {
  return providerCase(make, 'keeps nothing that is stopped, as it says', async (bench) => {
    const replica = await bench.started('k1');
    const reply = await bench.provider.stop(replica, 'stop', bench.write('k2'));
    if (reply.kind === 'done') await bench.runs(0, 'its stop was done');
    const kept = (await bench.replicas()).filter(({ state }) => state === 'stopped');
    assert.deepEqual(kept, [], 'warmStandby is no, and what was stopped is kept');
  });
}
