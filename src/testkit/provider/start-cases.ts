/** Starting: once per key, one per slot, found again by whoever comes later. */
import assert from 'node:assert/strict';
import type { ContractCase } from '../contract-case.ts';
import { done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function startCases(make: MakeProvider): readonly ContractCase[] {
  return [...firstStarts(make), ...repeatedStarts(make)];
}

function firstStarts(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'lists nothing at a site where nothing was started', async ({ subject, replicas }) => {
      assert.deepEqual(await replicas(), []);
      assert.equal(await subject.countRunning(), 0);
    }),
    providerCase(make, 'starts a replica and lists it as started', async ({ subject, started, listed: listedBy }) => {
      const replica = await started('k1');
      assert.equal(replica.slot, 0);
      assert.equal(replica.startKey, 'k1');
      assert.notEqual(replica.bootId, '');
      assert.ok(replica.state === 'starting' || replica.state === 'running', replica.state);
      const [listed, ...others] = await listedBy(replica);
      assert.deepEqual(others, []);
      assert.deepEqual([listed?.id, listed?.bootId, listed?.slot], [replica.id, replica.bootId, 0]);
      assert.equal(listed?.billed, 'yes');
      assert.equal(await subject.countRunning(), 1);
    }),
    providerCase(make, 'lists what was started within the bound it states, to every session', async (bench) => {
      const other = await bench.open();
      for (const slot of [0, 1, 2]) {
        const replica = await bench.started(`k${slot}`, slot);
        await Promise.all([bench.listed(replica), bench.listed(replica, other)]);
      }
      assert.equal((await bench.replicas()).length, 3);
    }),
    providerCase(make, 'gives each slot a replica and an address of its own', async ({ subject, started }) => {
      const all = [await started('k1', 0), await started('k2', 1), await started('k3', 2)];
      assert.equal(new Set(all.map(({ id }) => id)).size, 3);
      assert.equal(new Set(all.map(({ url }) => url)).size, 3);
      assert.equal(await subject.countRunning(), 3);
    }),
    providerCase(make, 'lists one deployment without the replicas of another', async (bench) => {
      await bench.started('k1');
      const sight = await bench.provider.list({ deployment: 'another' }, bench.read());
      assert.deepEqual(sight.kind === 'seen' ? sight.value : sight, []);
    }),
    providerCase(make, 'gives two deployments at one site addresses of their own', async (bench) => {
      const one = await bench.started('k1');
      const other = done(await bench.provider.start({ ...bench.request(), deployment: 'another' }, bench.write('k2')));
      assert.notEqual(one.id, other.id);
      assert.notEqual(one.url, other.url);
    }),
  ];
}

function repeatedStarts(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'makes no second replica for the same key', async ({ subject, started }) => {
      const first = await started('k1');
      const again = await started('k1');
      assert.deepEqual([again.id, again.bootId], [first.id, first.bootId]);
      assert.equal(await subject.countRunning(), 1);
    }),
    providerCase(make, 'makes one replica for the same key asked many times at once', async (bench) => {
      const sessions = [bench.provider, await bench.open(), await bench.open()];
      const replies = await Promise.all(
        [...sessions, ...sessions].map((session) => session.start(bench.request(), bench.write('k1'))),
      );
      assert.equal(new Set(replies.map((reply) => done(reply).bootId)).size, 1);
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'lets one of two sessions have the slot they both want', async (bench) => {
      const other = await bench.open();
      const replies = await Promise.all([
        bench.provider.start(bench.request(), bench.write('k1')),
        other.start(bench.request(), bench.write('k2')),
      ]);
      assert.deepEqual(replies.map(({ kind }) => kind).sort(), ['done', 'refused']);
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'refuses another key while the slot is taken, and names who has it', async (bench) => {
      const first = await bench.started('k1');
      const message = refusal(await bench.provider.start(bench.request(), bench.write('k2')), 'conflict');
      assert.ok(message.includes(first.id), message);
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'adopts what an earlier session started', async (bench) => {
      const first = await bench.started('k1');
      await bench.provider.close();
      assert.equal(await bench.subject.countRunning(), 1, 'replicas outlive the session that started them');
      const later = await bench.open();
      const [listed] = await bench.listed(first, later);
      assert.deepEqual([listed?.bootId, listed?.billed], [first.bootId, 'yes']);
      const again = done(await later.start(bench.request(), bench.write('k1')));
      assert.equal(again.bootId, first.bootId);
      done(await later.stop(again, 'delete', bench.write('k2')));
      assert.equal(await bench.subject.countRunning(), 0);
    }),
    providerCase(make, 'refuses a launch that cannot work and keeps nothing of it', async (bench) => {
      const request = { ...bench.request(), launch: bench.subject.badLaunch };
      const message = refusal(await bench.provider.start(request, bench.write('k1')), 'invalid');
      assert.notEqual(message, '');
      assert.deepEqual(await bench.replicas(), []);
      await bench.started('k2');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
  ];
}
