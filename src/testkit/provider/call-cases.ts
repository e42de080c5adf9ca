/** What every call carries is heeded: its signal, its deadline, its epoch. */
import assert from 'node:assert/strict';
import type { ContractCase } from '../contract-case.ts';
import { deployment, done, type MakeProvider, providerCase, refusal } from './subject.ts';

export function callCases(make: MakeProvider): readonly ContractCase[] {
  return [...overCases(make), ...epochCases(make), ...settingsCases(make)];
}

function overCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'starts nothing for a call that was given up before', async (bench) => {
      const reply = await bench.provider.start(bench.request(), bench.write('k1', { signal: AbortSignal.abort() }));
      assert.notEqual(reply.kind, 'done', 'a start that was given up before it began is done');
      await bench.runs(0, 'the only start was given up before it began');
    }),
    providerCase(make, 'starts nothing for a call whose deadline has passed', async (bench) => {
      const deadlineAtMonoMs = bench.subject.clock.monoMs() - 1;
      const reply = await bench.provider.start(bench.request(), bench.write('k1', { deadlineAtMonoMs }));
      assert.notEqual(reply.kind, 'done', 'a start that was over before it began is done');
      await bench.runs(0, 'the only start was over before it began');
    }),
    providerCase(make, 'stops nothing for a call that was given up before', async (bench) => {
      const replica = await bench.started('k1');
      const call = bench.write('k2', { signal: AbortSignal.abort() });
      const reply = await bench.provider.stop(replica, 'delete', call);
      assert.notEqual(reply.kind, 'done', 'a delete that was given up before it began is done');
      await bench.runs(1, 'the only delete was given up before it began');
    }),
    providerCase(make, 'stops nothing for a call whose deadline has passed', async (bench) => {
      const replica = await bench.started('k1');
      const deadlineAtMonoMs = bench.subject.clock.monoMs() - 1;
      const reply = await bench.provider.stop(replica, 'delete', bench.write('k2', { deadlineAtMonoMs }));
      assert.notEqual(reply.kind, 'done', 'a delete that was over before it began is done');
      await bench.runs(1, 'the only delete was over before it began');
    }),
    providerCase(make, 'lists with an answer, never with a rejection', async (bench) => {
      await bench.started('k1');
      const sight = await bench.provider.list({ deployment }, bench.read({ signal: AbortSignal.abort() }));
      assert.ok(sight.kind === 'unknown' || sight.value.length === 1, 'not seeing is not an empty site');
    }),
  ];
}

const olderEpoch = 'a newer epoch was seen, and this call bears an older epoch';

function epochCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'turns away a start under an epoch older than one it saw', async (bench) => {
      done(await bench.provider.start(bench.request(0), bench.write('k1', { epoch: 7 })));
      const late = await bench.open();
      refusal(await late.start(bench.request(1), bench.write('k2', { epoch: 6 })), 'conflict', olderEpoch);
      await bench.runs(1, olderEpoch);
    }),
    providerCase(make, 'turns away a stop under an epoch older than one it saw', async (bench) => {
      const replica = done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      refusal(await bench.provider.stop(replica, 'delete', bench.write('k2', { epoch: 6 })), 'conflict', olderEpoch);
      await bench.runs(1, olderEpoch);
    }),
    providerCase(make, 'lets no stop be followed by a call under an older epoch', async (bench) => {
      const replica = await bench.started('k1', 0);
      await bench.started('k2', 1);
      done(await bench.provider.stop(replica, 'delete', bench.write('k3', { epoch: 7 })));
      const late = await bench.open();
      refusal(await late.start(bench.request(0), bench.write('k4', { epoch: 6 })), 'conflict', olderEpoch);
      await bench.runs(1, olderEpoch);
    }),
    providerCase(make, 'counts epochs of each deployment by itself', async (bench) => {
      done(await bench.provider.start(bench.request(), bench.write('k1', { epoch: 7 })));
      const other = { ...bench.request(), deployment: 'another' };
      done(
        await bench.provider.start(other, bench.write('k2', { epoch: 1 })),
        'each deployment has epochs of its own, and this is the first of another',
      );
    }),
  ];
}

function settingsCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'takes good settings and refuses bad ones', async ({ subject }) => {
      const { configSchema } = subject.plugin;
      assert.ok(configSchema.safeParse(subject.goodSettings).success, 'good settings are refused');
      assert.notEqual(subject.badSettings.length, 0, 'a subject has settings that must be refused');
      for (const bad of subject.badSettings) {
        assert.ok(
          !configSchema.safeParse(bad).success,
          `settings that must be refused are taken: ${JSON.stringify(bad)}`,
        );
      }
    }),
    providerCase(make, 'refuses settings with a key that it does not know', async ({ subject }) => {
      const misspelt = { ...Object(subject.goodSettings), noSuchSetting: true };
      const isTaken = subject.plugin.configSchema.safeParse(misspelt).success;
      assert.ok(!isTaken, 'settings with the unknown key noSuchSetting are taken: who misspells one is never told');
    }),
  ];
}
