import { expect, test } from 'vitest';
import { factsOf, type Story } from '../../../src/core/drill/facts.ts';
import { phasesOf } from '../../../src/core/drill/phases.ts';
import type { DrillSample } from '../../../src/model/drill-run.ts';
import type { Operation } from '../../../src/model/operation.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';

const faultAtMs = 10_000;
const step = (kind: 'launch' | 'prove' | 'weigh') => ({ kind, name: kind, deadlineMs: 1 });

const failover = {
  ...{ id: 'op-1', state: 'done', by: ana, epoch: 1, openedAtMs: 14_000, endedAtMs: 19_000, step: 3, error: undefined },
  plan: {
    ...{ kind: 'failover', deployment: 'chat', trigger: 'automatic', from: 'left', because: [], routeVersion: 1 },
    ...{ before: { left: 100, right: 0 }, after: { left: 0, right: 100 }, requestId: undefined },
    steps: [step('launch'), step('prove'), step('weigh')],
  },
} as unknown as Operation;

/** Ten requests a second; from the 17th second on at the other site. */
const samples = Array.from({ length: 25 }, (_, index): DrillSample => {
  const second = index + 5;
  const moved = Math.max(0, second - 17) * 10;
  const at = (site: string, attempts: number) => ({
    ...{ site, ready: 1, wanted: 1, attempts, failures: 0, inFlight: 0 },
    ...{ firstTokenP50Ms: undefined, firstTokenP95Ms: undefined },
  });
  const lost = second > 15 ? 5 : 0;
  return {
    ...{ atMs: second * 1000, ended: second * 10, open: 0, lost, lostStartAtMs: lost > 0 ? 15_000 : undefined },
    ...{ weights: { left: second > 17 ? 0 : 100, right: second > 17 ? 100 : 0 } },
    sites: [at('left', second * 10 - moved), at('right', moved)],
  };
});

const decided = (decidedAtMs: number, decision: 'stay' | 'act' | 'advise', isActionable: boolean) => ({
  ...{ decidedAtMs, decision, isActionable, diagnosis: 'SiteDead: bad' },
  reasons: [{ code: 'NotUnhealthyLongEnough', message: 'yet' }] as const,
});

const story = (over: Partial<Story> = {}): Story => ({
  ...{ id: 'dr-1', drill: drillOf(), by: ana, reason: undefined, configDigest: 'd', version: '1', slotMs: undefined },
  ...{ beganAtMs: 5000, faultAtMs, undoneAtMs: 27_000, before: undefined, after: undefined },
  ...{ stages: [], checks: [], actions: [], load: [], notes: [], samples, operations: [failover] },
  decisions: [decided(4000, 'stay', false), decided(12_000, 'stay', true), decided(14_000, 'act', true)],
  steps: [
    { operationId: 'op-1', index: 0, reachedAtMs: 15_000 },
    { operationId: 'op-1', index: 1, reachedAtMs: 16_500 },
    { operationId: 'op-1', index: 2, reachedAtMs: 17_000 },
  ],
  ...over,
});
const took = (told: Story) =>
  Object.fromEntries(phasesOf(told).map(({ phase, fromMs, untilMs }) => [phase, untilMs && untilMs - fromMs]));

test('each part of a recovery lasts from the end of the one before', () => {
  expect(took(story())).toEqual({
    ...{ detect: 2000, decide: 2000, reserve: 1000, wake: 1500, shift: 500 },
    // The first second in which all went where it was wanted; nothing that began after that was lost.
    ...{ converge: 1000, stable: 0 },
  });
});

test('a move that needs nothing started takes no time for it', () => {
  const plan = { ...failover.plan, steps: [step('weigh')] } as unknown as Operation['plan'];
  const told = story({
    operations: [{ ...failover, plan }],
    steps: [{ operationId: 'op-1', index: 0, reachedAtMs: 15_000 }],
  });
  expect(took(told)).toMatchObject({ reserve: 0, wake: 0, shift: 1000 });
});

test.for<{ name: string; over: Partial<Story>; last: string }>([
  { name: 'no actionable decision', over: { decisions: [] }, last: 'detect' },
  { name: 'a step without an end', over: { steps: [] }, last: 'shift' },
  { name: 'traffic that never went there', over: { samples: samples.slice(0, 13) }, last: 'converge' },
])('after an end that was not seen nothing is known: $name', ({ over, last }) => {
  const told = phasesOf(story(over));
  expect(told.at(-1)).toMatchObject({ phase: last, untilMs: undefined });
});

test('without a failover there are no parts', () => {
  expect(phasesOf(story({ operations: [] }))).toEqual([]);
  expect(phasesOf(story({ faultAtMs: undefined }))).toEqual([]);
});

test('what can be claimed of a whole run', () => {
  const { run, detectedAtMs, missing } = factsOf(story());
  expect(missing).toEqual([]);
  expect(detectedAtMs).toBe(12_000);
  expect(run).toEqual({
    ...{ lostRequests: 5 / 190, availability: 1 - 5 / 190, recoveryTime: 5000, detectionTime: 2000 },
    ...{ moves: 1, decision: 'act', reason: ['NotUnhealthyLongEnough'] },
  });
});

test('the decision that stood when it began is one too, and detects nothing', () => {
  const { run } = factsOf(story({ operations: [], decisions: [decided(4000, 'stay', true)] }));
  expect(run).toMatchObject({ moves: 0, decision: 'stay' });
  expect(run.detectionTime).toBeUndefined();
});

test('without any decision nobody can say that there was none', () => {
  const { run } = factsOf(story({ decisions: [] }));
  expect([run.moves, run.decision, run.reason]).toEqual([undefined, undefined, undefined]);
});

test('judged is what came of the faults, and not of going back', () => {
  const back = { stage: 'failback', atMs: 28_000 } as const;
  const late = samples.map((each) => (each.atMs > 28_000 ? { ...each, lost: 90, lostStartAtMs: 28_500 } : each));
  expect(factsOf(story({ stages: [back], samples: late })).run.recoveryTime).toBe(5000);
  expect(factsOf(story({ samples: late })).run.recoveryTime).toBeUndefined();
});

test('what is detected and decided while all goes back is no answer to the faults; what moves then counts', () => {
  const stages = [{ stage: 'failback', atMs: 28_000 }] as const;
  const later = { ...failover, openedAtMs: 28_001 };
  const told = (atMs: number) =>
    factsOf(
      story({ stages, operations: [later], decisions: [decided(4000, 'stay', false), decided(atMs, 'advise', true)] }),
    );
  expect(told(28_001)).toMatchObject({ detectedAtMs: undefined, run: { moves: 1, decision: 'stay' } });
  expect(told(28_000)).toMatchObject({ detectedAtMs: 28_000, run: { moves: 1, decision: 'advise' } });
});
