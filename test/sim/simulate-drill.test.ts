import { expect, test } from 'vitest';
import { conclude } from '../../src/core/drill/conclude.ts';
import { recount } from '../../src/core/drill/recount.ts';
import type { Drill } from '../../src/model/drill.ts';
import type { DrillDraft } from '../../src/model/drill-run.ts';
import { configOf } from '../../src/sim/config.ts';
import { runSlowly } from '../../src/sim/drain.ts';
import { calmOptions } from '../../src/sim/options.ts';
import { simulateDrill, unknownKinds } from '../../src/sim/simulate-drill.ts';
import { drillOf } from '../model/support/drills.ts';
import { ana } from '../store/support/drill-drafts.ts';

const config = configOf(calmOptions(1));
const [deployment] = config.deployments;
const [active = ''] = Object.entries(deployment?.weights ?? {}).flatMap(([site, weight]) => (weight > 0 ? [site] : []));
const nowMs = 1_795_000_000_000;

const lossOf = (over: Partial<Drill> = {}): Drill =>
  drillOf({
    ...{ kind: 'simulation', deployment: deployment?.name ?? '', hypothesis: drillOf().hypothesis.slice(0, 1) },
    faults: [{ kind: 'blackhole', site: active, sharePct: 100, atMs: 0, forMs: 30_000 }],
    ...over,
  });

async function simulated(drill: Drill): Promise<readonly DrillDraft[]> {
  const begin = { id: 'dr-1', by: ana, reason: 'practice', configDigest: 'd', version: '1' };
  return await runSlowly(simulateDrill({ config, drill, seed: 1, begin, nowMs }));
}

const runOf = (told: readonly DrillDraft[]) => recount(told.map((draft, at) => ({ ...draft, seq: at + 1, hash: '' })));

test('the loss of a site is lived through by the real code, and its record says that it was simulated', async () => {
  const told = await simulated(lossOf());
  const run = runOf(told);
  expect(run).toMatchObject({ id: 'dr-1', by: ana, drill: { kind: 'simulation' } });
  expect(run.end).toMatchObject({ verdict: 'passed', undo: 'verified' });
  expect(run.operations.map(({ plan }) => plan.kind)).toEqual(['failover', 'return']);
  expect(run.after).toEqual(run.before);
  expect(run.beganAtMs).toBeGreaterThanOrEqual(nowMs);
  expect(run.notes.map(({ text }) => text)).toEqual([expect.stringContaining('simulated')]);
  expect(conclude(told)).toEqual(run.end);
});

test('the same world every time', async () => {
  const [one, other] = [await simulated(lossOf()), await simulated(lossOf())];
  expect(other).toEqual(one);
});

test('an objective that cannot be met fails it', async () => {
  const claim = { kind: 'comparison', text: 'moves = 0', signal: 'moves', comparator: '=', value: 0 } as const;
  expect(runOf(await simulated(lossOf({ hypothesis: [claim] }))).end).toMatchObject({ verdict: 'failed' });
});

test('a long calm at the end is lived through as well', async () => {
  const run = runOf(await simulated(lossOf({ recovery: { failback: true, settleMs: 1_200_000 } })));
  expect(run.end).toMatchObject({ verdict: 'passed', by: 'runner' });
  expect(run.endedAtMs - run.beganAtMs).toBeGreaterThan(1_200_000);
});

test('one that came to no end has one on record: nobody is to undo what never was', async () => {
  // No configuration has such a time: it makes the world end in the middle of the fault.
  const told = await simulated(lossOf({ recovery: { failback: true, settleMs: -925_000 } }));
  const run = runOf(told);
  expect(told.at(-1)?.body.kind).toBe('end');
  expect(run).toMatchObject({ faultAtMs: expect.any(Number), end: { verdict: 'aborted', by: 'runner' } });
  expect(run.end.because).toEqual(['its simulated world came to no end']);
});

test('names what no simulated world knows', () => {
  const faults = (['blackhole', 'latency', 'exec', 'latency'] as const).map((kind) => ({
    ...{ kind, site: active, sharePct: 100, atMs: 0, forMs: 5000 },
  }));
  expect(unknownKinds(lossOf({ faults }))).toEqual(['latency', 'exec']);
});
