/** What every call carries is heeded: its signal, its deadline, its epoch. */
import assert from 'node:assert/strict';
import type { ContractCase } from '../contract-case.ts';
import { deployment, done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function callCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'starts nothing for a call that was given up before', async (bench) => {
      const reply = await bench.provider.start(bench.request(), bench.write('k1', { signal: AbortSignal.abort() }));
      assert.notEqual(reply.kind, 'done');
      assert.equal(await bench.subject.countRunning(), 0);
    }),
    providerCase(make, 'starts nothing for a call whose deadline has passed', async (bench) => {
      const deadlineAtMonoMs = bench.subject.clock.monoMs() - 1;
      const reply = await bench.provider.start(bench.request(), bench.write('k1', { deadlineAtMonoMs }));
      assert.notEqual(reply.kind, 'done');
      assert.equal(await bench.subject.countRunning(), 0);
    }),
    providerCase(make, 'stops nothing for a call that was given up before', async (bench) => {
      const replica = await bench.started('k1');
      const call = bench.write('k2', { signal: AbortSignal.abort() });
      assert.notEqual((await bench.provider.stop(replica, 'delete', call)).kind, 'done');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'lists with an answer, never with a rejection', async (bench) => {
      await bench.started('k1');
      const sight = await bench.provider.list({ deployment }, bench.read({ signal: AbortSignal.abort() }));
      assert.ok(sight.kind === 'unknown' || sight.value.length === 1, 'not seeing is not an empty site');
    }),
    providerCase(make, 'turns away a start under an epoch older than one it saw', async (bench) => {
      done(await bench.provider.start(bench.request(0), bench.write('k1', { epoch: 7 })));
      const late = await bench.open();
      refusal(await late.start(bench.request(1), bench.write('k2', { epoch: 6 })), 'conflict');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'turns away a stop under an epoch older than one it saw', async (bench) => {
      const replica = done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      refusal(await bench.provider.stop(replica, 'delete', bench.write('k2', { epoch: 6 })), 'conflict');
      assert.equal(await bench.subject.countRunning(), 1);
    }),
    providerCase(make, 'counts epochs of each deployment by itself', async (bench) => {
      done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      const other = { ...bench.request(), deployment: 'another' };
      done(await bench.provider.start(other, bench.write('k2', { epoch: 1 })));
    }),
    providerCase(make, 'takes good settings and refuses bad ones', async ({ subject }) => {
      const { configSchema } = subject.plugin;
      assert.ok(configSchema.safeParse(subject.goodSettings).success);
      assert.notEqual(subject.badSettings.length, 0);
      for (const bad of subject.badSettings) {
        assert.ok(!configSchema.safeParse(bad).success, `accepted ${JSON.stringify(bad)}`);
      }
    }),
  ];
}
