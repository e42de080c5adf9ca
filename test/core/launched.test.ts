import { expect, test } from 'vitest';
import { type AskedParts, askedAfter } from '../../src/core/asked-parts.ts';
import { decide } from '../../src/core/decide.ts';
import { unlistedSlots } from '../../src/core/launched.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { missingSlots } from '../../src/core/readiness.ts';
import type { Action } from '../../src/model/decision.ts';
import type { StepState } from '../../src/model/journal-entry.ts';
import type { View } from '../../src/model/view.ts';
import { failedLaunch } from './support/launching.ts';
import { dead, failingLeft, nowMs, operationOf, planOf, type SiteChange, siteView, view } from './support/view.ts';

const candidates = [
  { site: 'a', slots: [0, 1] },
  { site: 'b', slots: [0, 1] },
];
const hunting = operationOf({
  id: 'op-hunt',
  plan: planOf({
    kind: 'start',
    steps: [{ kind: 'hunt', name: '1-hunt', candidates, replicas: 2, waits: true, deadlineMs: 3_600_000 }],
  }),
  endedAtMs: undefined,
  state: 'waking',
  step: 0,
});
const cold = (name: string) => siteView(name, { replicas: [], standby: 'cold', wanted: 2 });
const given = (asked?: View['asked']): View => ({
  ...view({ sites: [siteView('left'), cold('a'), cold('b')], open: hunting }),
  ...(asked === undefined ? {} : { asked }),
});
const missing = (at: View, name: string): readonly number[] => {
  const site = at.sites.find((each) => each.site.name === name);
  return site === undefined ? [] : missingSlots(at, site, nowMs);
};

test('of an open hunt only what it asked for may be there, though no list shows it (I27)', () => {
  const at = given({ 'op-hunt': ['a/1'] });
  expect([missing(at, 'a'), missing(at, 'b')]).toEqual([[0], [0, 1]]);
});

test('of a hunt of which nobody knows what it asked for any candidate may be there (I27)', () => {
  expect([missing(given(), 'a'), missing(given({ 'op-other': [] }), 'b')]).toEqual([[], []]);
});

test('a failover goes to a candidate that an open hunt has not asked', () => {
  const sites = [siteView('left', dead), cold('a')];
  const at = { ...failingLeft({ sites, open: hunting }), asked: { 'op-hunt': [] } };
  expect(decide(at, nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover', weights: { left: 0, a: 100 } } });
  expect(decide({ ...at, asked: { 'op-hunt': ['a/0', 'a/1'] } }, nowMs).kind).toBe('stay');
});

test('what the hunt asked for while its successor was decided is not asked for again (I14)', () => {
  const action: Action = {
    ...{ kind: 'start', trigger: 'manual', from: undefined, weights: { left: 100 }, start: candidates },
    ...{ inOneStep: true, because: [], requestId: undefined },
  };
  const plan = makePlan(action, given({ 'op-hunt': ['a/1'] }), nowMs);
  expect(plan.steps.flatMap((step) => (step.kind === 'launch' ? [[step.site, step.slots]] : []))).toEqual([
    ['a', [0]],
    ['b', [0, 1]],
  ]);
  const next = makePlan({ ...action, hunt: { candidates, replicas: 1 } }, given({ 'op-hunt': ['a/0', 'a/1'] }), nowMs);
  expect(next.steps[0]).toMatchObject({
    candidates: [
      { site: 'a', slots: [] },
      { site: 'b', slots: [0, 1] },
    ],
  });
});

test.for<{ name: string; states: readonly StepState[]; isThere: boolean }>([
  { name: 'what was never asked for is not there', states: [], isThere: false },
  { name: 'what was known to be hopeless is not there', states: ['refused'], isThere: false },
  { name: 'what was asked for may be there', states: ['intended'], isThere: true },
  { name: 'what was refused is not there', states: ['intended', 'refused'], isThere: false },
  { name: 'what was refused and asked for again may be', states: ['intended', 'refused', 'intended'], isThere: true },
  { name: 'what was granted may be there', states: ['intended', 'reached'], isThere: true },
  { name: 'a refusal unmakes no grant', states: ['intended', 'reached', 'intended', 'refused'], isThere: true },
  { name: 'nor a try without an answer', states: ['intended', 'unknown', 'intended', 'refused'], isThere: true },
  { name: 'nor one from before a crash', states: ['intended', 'intended', 'refused'], isThere: true },
])('$name', ({ states, isThere }) => {
  const parts = states.reduce<AskedParts>((before, state) => askedAfter(before, 'a/0', state), new Map());
  expect(parts.has('a/0')).toBe(isThere);
});

const failed = failedLaunch({ kind: 'start', slot: 0, agoMs: 5000 });

test.for<{ name: string; change: SiteChange; slots: readonly number[] }>([
  { name: 'one list since is no absence', change: { listLagMs: 1000, listedEarlierMs: nowMs - 5001 }, slots: [] },
  { name: 'two are, the lag apart', change: { listLagMs: 1000, listedEarlierMs: nowMs - 5000 }, slots: [0] },
  { name: 'one is where lists show everything at once', change: { listLagMs: 0 }, slots: [0] },
  {
    name: 'one is not where the process has just begun',
    change: { listLagMs: 1000, listedSinceMs: nowMs - 1099 },
    slots: [],
  },
])('of what a launch that ended long ago may have left, $name (I27)', ({ change, slots }) => {
  expect(missing(view({ sites: [siteView('left', { replicas: [], ...change })], recent: [failed] }), 'left')).toEqual(
    slots,
  );
});

test('what only one list is without may be there until a second one can tell', () => {
  const site = siteView('left', { replicas: [], listLagMs: 1000 });
  expect([...unlistedSlots(view({ sites: [site], recent: [failed] }), site, nowMs)]).toEqual([[0, nowMs - 100 + 2000]]);
});

test.for<{ name: string; heldAgoMs: number; step: number; deadlineMs?: number; slots: readonly number[] }>([
  { name: 'may have launched until the step that ran has had its time', heldAgoMs: 7099, step: 1, slots: [] },
  { name: 'launches nothing any more once it and the lag are over', heldAgoMs: 7101, step: 1, slots: [0] },
  { name: 'may have been in the step that it is held at', heldAgoMs: 7101, step: 0, slots: [0] },
  { name: 'may launch for minutes, when models take so long', heldAgoMs: 1, step: 0, deadlineMs: 1_500_000, slots: [] },
])('an operation that is held $name (I27)', ({ heldAgoMs, step, deadlineMs = 6000, slots }) => {
  const plan = planOf({
    kind: 'failover',
    steps: [
      { kind: 'launch', name: '1-launch left', site: 'left', slots: [0], bestEffort: true, deadlineMs },
      { kind: 'settle', name: '2-settle', forMs: 1000, deadlineMs: 2000 },
    ],
  });
  const open = {
    ...operationOf({ id: 'op-held', plan, endedAtMs: undefined, state: 'held', step }),
    order: { kind: 'hold', by: hunting.by, atMs: nowMs - heldAgoMs, reason: undefined },
  } as const;
  const site = siteView('left', { replicas: [], listLagMs: 1000, listedEarlierMs: nowMs - 1100 });
  expect(missing(view({ sites: [site], open }), 'left')).toEqual(slots);
});
