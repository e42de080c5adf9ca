/** Starting: once per key, one per slot, found again by whoever comes later. */
import assert from 'node:assert/strict';
import type { Replica } from '../../model/replica.ts';
import type { ContractCase } from '../contract-case.ts';
import { deployment, done, type MakeProvider, providerCase, refusal, seen } from './subject.ts';
import { isTime } from './watched.ts';

export function startCases(make: MakeProvider): readonly ContractCase[] {
  return [...firstStarts(make), ...repeatedStarts(make)];
}

function firstStarts(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'lists nothing at a site where nothing was started', async ({ replicas, runs }) => {
      assert.deepEqual(await replicas(), [], 'nothing was started, and something is listed');
      await runs(0, 'nothing was started');
    }),
    providerCase(make, 'starts a replica and lists it as started', async ({ runs, started, listed: listedBy }) => {
      const replica = await started('k1');
      isAsAsked(replica);
      assert.ok(replica.state === 'starting' || replica.state === 'running', `it was started, and is ${replica.state}`);
      const [listed, ...others] = await listedBy(replica);
      assert.deepEqual(others, [], 'one replica was started, and more are listed');
      assert.ok(listed !== undefined, 'it is listed');
      isAsAsked(listed);
      assert.equal(listed.site, replica.site, 'it is listed at another site');
      assert.equal(listed.billed, 'yes', `it runs, and is listed as billed: ${listed.billed}`);
      await runs(1, 'one replica was started');
    }),
    providerCase(make, 'lists what was started within the bound it states, to every session', async (bench) => {
      const other = await bench.open();
      for (const slot of [0, 1, 2]) {
        const replica = await bench.started(`k${slot}`, slot);
        await Promise.all([bench.listed(replica), bench.listed(replica, other)]);
      }
      assert.equal((await bench.replicas()).length, 3, 'three were started and seen, and the list has another number');
    }),
    providerCase(make, 'says since when it runs and when it looked, in epoch milliseconds', async (bench) => {
      const { clock } = bench.subject;
      const replica = await bench.started('k1');
      const [listed] = await bench.listed(replica);
      isTime('startedAtMs of a start', replica.startedAtMs, clock.nowMs());
      isTime('startedAtMs in the list', listed?.startedAtMs ?? Number.NaN, clock.nowMs());
    }),
    providerCase(make, 'gives each slot a replica and an address of its own', async ({ runs, started }) => {
      const all = [await started('k1', 0), await started('k2', 1), await started('k3', 2)];
      assert.equal(new Set(all.map(({ id }) => id)).size, 3, 'three slots share an id');
      assert.equal(new Set(all.map(({ url }) => url)).size, 3, 'three slots share an address');
      await runs(3, 'three slots were filled');
    }),
    providerCase(make, 'lists one deployment without the replicas of another', async (bench) => {
      // Only one that the list has by now can be in the wrong one.
      await bench.listed(await bench.started('k1'));
      const others = seen(await bench.provider.list({ deployment: 'another' }, bench.read()));
      assert.deepEqual(others, [], `the list of another deployment has replicas of ${deployment}`);
    }),
    providerCase(make, 'gives two deployments at one site addresses of their own', async (bench) => {
      const one = await bench.started('k1');
      const other = done(await bench.provider.start({ ...bench.request(), deployment: 'another' }, bench.write('k2')));
      assert.notEqual(one.id, other.id, 'two deployments share an id');
      assert.notEqual(one.url, other.url, 'two deployments share an address');
    }),
  ];
}

function repeatedStarts(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'makes no second replica for the same key', async ({ runs, listed, started }) => {
      const first = await started('k1');
      const again = await started('k1');
      await runs(1, 'the same key was asked for twice');
      isSameBoot(again, first);
      await listed(first);
      isSameBoot(await started('k1'), first);
      await runs(1, 'the same key was asked for once more, when its replica was listed');
    }),
    providerCase(make, 'makes one replica for the same key asked many times at once', async (bench) => {
      const sessions = [bench.provider, await bench.open(), await bench.open()];
      const replies = await Promise.all(
        [...sessions, ...sessions].map((session) => session.start(bench.request(), bench.write('k1'))),
      );
      await bench.runs(1, 'the same key was asked for six times at once');
      const boots = new Set(replies.map((reply) => done(reply, 'each of six starts of one key').bootId));
      assert.equal(boots.size, 1, `six starts of one key gave ${[...boots].join(', ')}`);
    }),
    providerCase(make, 'lets one of two sessions have the slot they both want', async (bench) => {
      const other = await bench.open();
      const replies = await Promise.all([
        bench.provider.start(bench.request(), bench.write('k1')),
        other.start(bench.request(), bench.write('k2')),
      ]);
      await bench.runs(1, 'one of two has the slot');
      const kinds = replies.map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, ['done', 'refused'], `one of two has the slot, and the answers are ${kinds.join(', ')}`);
    }),
    providerCase(make, 'refuses another key while the slot is taken, and names who has it', async (bench) => {
      const first = await bench.started('k1');
      const refuses = async (): Promise<void> => {
        const reply = await bench.provider.start(bench.request(), bench.write('k2'));
        const message = refusal(reply, 'conflict', `another key holds the slot with ${first.id}`);
        assert.ok(message.includes(first.id), `the refusal does not name ${first.id}: ${message}`);
        await bench.runs(1, 'the slot is taken');
      };
      await refuses();
      await bench.until('it runs', (all) => all.some(({ id, state }) => id === first.id && state === 'running'));
      await refuses();
    }),
    providerCase(make, 'adopts what an earlier session started', async (bench) => {
      const first = await bench.started('k1');
      await bench.provider.close();
      await bench.runs(1, 'replicas outlive the session that started them');
      const later = await bench.open();
      const [listed] = await bench.listed(first, later);
      assert.equal(listed?.billed, 'yes', `it runs, and a later session says billed: ${listed?.billed}`);
      isSameBoot(done(await later.start(bench.request(), bench.write('k1'))), first);
      done(await later.stop(first, 'delete', bench.write('k2')));
      await bench.runs(0, 'a later session deleted it');
    }),
    providerCase(make, 'refuses a launch that cannot work and keeps nothing of it', async (bench) => {
      const request = { ...bench.request(), launch: bench.subject.badLaunch };
      refusal(await bench.provider.start(request, bench.write('k1')), 'invalid', 'a launch that cannot work');
      assert.deepEqual(await bench.replicas(), [], 'something is listed of a launch that was refused');
      await bench.started('k2');
      await bench.runs(1, 'one launch was refused and one was good');
    }),
  ];
}

/** The replica of the start that was asked for: slot 0 under the key k1. */
function isAsAsked({ deployment: name, slot, startKey, id, bootId }: Replica): void {
  assert.equal(name, deployment, `started for ${deployment}, and said to be of "${name}"`);
  assert.equal(slot, 0, `started in slot 0, and said to be in ${slot}`);
  assert.equal(startKey, 'k1', `the start key is k1, and said to be "${startKey}"`);
  assert.ok(id !== '' && bootId !== '', 'it has an id and a boot');
}

function isSameBoot(again: Replica, first: Replica): void {
  assert.equal(again.id, first.id, `the same key gave ${again.id} after ${first.id}`);
  assert.equal(again.bootId, first.bootId, `the same key gave boot ${again.bootId} after ${first.bootId}`);
}
