/** Draining: said once or many times, and nothing but that. Of a provider whose sessions have `drain`. */
import assert from 'node:assert/strict';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { ContractCase } from '../contract-case.ts';
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
      assert.notEqual(next.bootId, replica.bootId);
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'turns away a drain under an epoch older than one it saw', async (bench) => {
      const replica = done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      refusal(await drain(bench, replica, bench.write('k2', { epoch: 6 })), 'conflict');
    }),
    providerCase(make, 'lets no drain be followed by a call under an older epoch', async (bench) => {
      const replica = await bench.started('k1');
      done(await drain(bench, replica, bench.write('k2', { epoch: 7 })));
      const late = await bench.open();
      refusal(await late.stop(replica, 'delete', bench.write('k3', { epoch: 6 })), 'conflict');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
  ];
}

async function drain({ provider }: Pick<Bench, 'provider'>, replica: Replica, call: WriteCall) {
  assert.ok(provider.drain !== undefined, 'the session has no drain');
  return await provider.drain(replica, call);
}

async function staysAsItWas(bench: Bench, { id, bootId }: Replica): Promise<void> {
  const [listed, ...others] = await bench.replicas();
  assert.deepEqual(others, []);
  assert.deepEqual([listed?.id, listed?.bootId, listed?.billed], [id, bootId, 'yes']);
  assert.ok(listed?.state === 'starting' || listed?.state === 'running', listed?.state);
  assert.equal(await bench.subject.countRunning(), 1);
}
