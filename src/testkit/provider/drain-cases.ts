/** Draining: said once or many times, and nothing but that. Of a provider whose sessions have `drain`. */
import assert from 'node:assert/strict';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import type { MakeCloud } from './cloud-subject.ts';
import { type Bench, done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function drainCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'drains a replica, which is still listed, runs and is billed', async (bench) => {
      const replica = await bench.started('k1');
      await bench.until('it is listed', (all) => all.length === 1);
      done(await drain(bench, replica, bench.write('k2')));
      await staysAsItWas(bench, replica);
    }),
    providerCase(make, 'drains again what is drained already, by any session', async (bench) => {
      const replica = await bench.started('k1');
      await bench.until('it is listed', (all) => all.length === 1);
      done(await drain(bench, replica, bench.write('k2')));
      done(await drain(bench, replica, bench.write('k2')));
      const other = await bench.open();
      done(await drain({ ...bench, provider: other }, replica, bench.write('k3', { epoch: 2 })));
      await staysAsItWas(bench, replica);
    }),
    providerCase(make, 'stops and starts anew what was drained', async (bench) => {
      const replica = await bench.started('k1');
      done(await drain(bench, replica, bench.write('k2')));
      done(await bench.provider.stop(replica, 'delete', bench.write('k3')));
      const next = await bench.started('k4');
      assert.notEqual(next.bootId, replica.bootId, 'what was deleted and started anew is another boot');
      await bench.runs(1, 'one was deleted, and one started');
    }),
    providerCase(make, 'turns away a drain under an epoch older than one it saw', async (bench) => {
      const replica = done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      refusal(await drain(bench, replica, bench.write('k2', { epoch: 6 })), 'conflict', olderEpoch);
    }),
    providerCase(make, 'lets no drain be followed by a call under an older epoch', async (bench) => {
      const replica = await bench.started('k1');
      done(await drain(bench, replica, bench.write('k2', { epoch: 7 })));
      const late = await bench.open();
      refusal(await late.stop(replica, 'delete', bench.write('k3', { epoch: 6 })), 'conflict', olderEpoch);
      await bench.runs(1, olderEpoch);
    }),
  ];
}

const olderEpoch = 'a newer epoch was seen, and this call bears an older epoch';

/** What drains shows in the cloud alone: of a subject that can look there. */
export function drainedCases({ capabilities }: ProviderPlugin, make: MakeCloud): readonly ContractCase[] {
  return [
    ...(capabilities.warmStandby === 'yes' ? [wokenCase(make)] : []),
    providerCase(make, 'drains so that the cloud sends no new requests, to that replica alone', async (bench) => {
      const { cloud } = bench.subject;
      const [replica, other] = [await bench.started('k1', 0), await bench.started('k2', 1)];
      await bench.until('both are listed', (all) => all.length === 2);
      done(await drain(bench, replica, bench.write('k3')));
      if (cloud.isDrained === undefined) return;
      assert.ok(await cloud.isDrained(replica), 'its drain was done, and the cloud sends it new requests');
      assert.ok(!(await cloud.isDrained(other)), 'another was drained, and the cloud sends this one none');
    }),
  ];
}

/** A drain is of one boot: what was emptied, stopped and kept is started to serve. */
function wokenCase(make: MakeCloud): ContractCase {
  return providerCase(make, 'drains one boot: what is woken later has new requests again', async (bench) => {
    const { cloud } = bench.subject;
    const replica = await bench.started('k1');
    done(await drain(bench, replica, bench.write('k2')));
    done(await bench.provider.stop(replica, 'stop', bench.write('k3')));
    const later = await bench.open();
    const woken = await bench.insist(() => later.start(bench.request(), bench.write('k4', { epoch: 2 })));
    if (cloud.isDrained === undefined) return;
    assert.ok(!(await cloud.isDrained(woken)), 'it was drained, stopped and woken, and still gets no new requests');
    done(await drain(bench, woken, bench.write('k5', { epoch: 2 })));
    assert.ok(await cloud.isDrained(woken), 'what was woken was drained anew, and the cloud sends it new requests');
  });
}

async function drain({ provider }: Pick<Bench, 'provider'>, replica: Replica, call: WriteCall) {
  assert.ok(provider.drain !== undefined, 'the session has no drain');
  return await provider.drain(replica, call);
}

async function staysAsItWas(bench: Bench, { id, bootId }: Replica): Promise<void> {
  const [listed, ...others] = await bench.replicas();
  assert.deepEqual(others, [], 'one was started and drained, and more are listed');
  assert.ok(listed?.id === id && listed.bootId === bootId, `${bootId} was drained, and is not listed as it was`);
  const isUp = listed.state === 'starting' || listed.state === 'running';
  assert.ok(isUp, `a drain does not stop: it is listed as ${listed.state}`);
  assert.equal(listed.billed, 'yes', `a drain does not stop: it is listed as billed: ${listed.billed}`);
  await bench.runs(1, 'a drain does not stop');
}
