import { expect, test } from 'vitest';
import type { ReasonCode } from '../../src/model/reason.ts';
import type { SimulatedMoment, SimulatedSeed } from '../../src/model/simulation.ts';
import { summarize } from '../../src/report/simulation-summary.ts';

function world(moments: readonly SimulatedMoment[], rest: Partial<SimulatedSeed> = {}): SimulatedSeed {
  return { seed: 1, forMs: 1000, moments, smallFaults: 0, failovers: 0, troubles: [], violations: [], ...rest };
}

const outage = (forMs: number): SimulatedMoment => ({ atMs: 0, kind: 'outage', forMs, worstPct: 100, isOpen: false });

test('the middle outage of an odd number, the lower middle of an even one', () => {
  expect(summarize([world([outage(9), outage(1)]), world([outage(5)])])).toMatchObject({
    ...{ seeds: 2, outages: 3, longestMs: 9, medianMs: 5 },
  });
  expect(summarize([world([outage(9), outage(1)])])).toMatchObject({ longestMs: 9, medianMs: 1 });
});

test('without an outage there is no longest', () => {
  expect(summarize([world([])])).toMatchObject({ outages: 0, longestMs: undefined, medianMs: undefined });
});

test('counts what stood in the way once for a decision, and not why something was done', () => {
  const decided = (decision: 'stay' | 'act', ...codes: readonly ReasonCode[]): SimulatedMoment => ({
    ...({ atMs: 0, kind: 'decision', decision, diagnosis: 'SiteDead', message: '' } as const),
    reasons: codes.map((code) => ({ code, message: '', forMs: undefined })),
  });
  const { heldBack } = summarize([
    world([decided('stay', 'AdviseMode'), decided('stay', 'CoolDown', 'CoolDown'), decided('act', 'SiteFailing')]),
    world([decided('stay', 'OperationRunning'), decided('act', 'ReplicasMissing', 'CoolDown')]),
  ]);
  expect(heldBack).toEqual([
    { code: 'CoolDown', times: 2 },
    { code: 'AdviseMode', times: 1 },
  ]);
});

test('counts the worlds that were not well and all violations', () => {
  const violation = { invariant: 'I4', message: '', atMs: 1 };
  expect(
    summarize([
      world([], { troubles: ['a', 'b'], failovers: 2 }),
      world([], { violations: [violation, violation], failovers: 1 }),
    ]),
  ).toMatchObject({ unwell: 1, violations: 2, failovers: 3 });
});
