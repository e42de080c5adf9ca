import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { targetsOf } from '../../src/core/rules/case.ts';
import { checkMove, checkStep } from '../../src/core/safety.ts';
import type { Action } from '../../src/model/decision.ts';
import type { Step } from '../../src/model/plan.ts';
import type { View } from '../../src/model/view.ts';
import { dead, failingLeft, leavingSite, nowMs, operationOf, planOf, siteView, view } from './support/view.ts';

function moveTo(change: Partial<Action> = {}): Action {
  return {
    kind: 'failover',
    trigger: 'automatic',
    from: 'left',
    weights: { left: 0, right: 100 },
    start: [],
    inOneStep: true,
    because: [],
    requestId: undefined,
    ...change,
  };
}

function against(seen: View, action: Partial<Action> = {}): readonly string[] {
  return checkMove({ view: seen, diagnosis: diagnose(seen, nowMs), action: moveTo(action), nowMs }).map(
    ({ code }) => code,
  );
}

const right = { residency: ['us'] };
const hour = 3_600_000;
/** Failovers so long ago each. */
const past = (...agoMs: readonly number[]): View =>
  failingLeft({ recent: agoMs.map((each, index) => operationOf({ id: `op-${index}`, agoMs: each })) });

test.for<{ name: string; view: View; action?: Partial<Action>; codes: readonly string[] }>([
  { name: 'nothing against a failover to a ready site', view: failingLeft(), codes: [] },
  { name: 'the driver: it cannot be read', view: failingLeft({ noRoute: 'unseen' }), codes: ['DriverUnreachable'] },
  {
    name: 'residency, also for a person (I19)',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', right)] }),
    action: { trigger: 'manual' },
    codes: ['ResidencyBlocked'],
  },
  {
    name: 'residency: nothing is stated of the site (I19)',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', { residency: [] })] }),
    codes: ['ResidencyBlocked'],
  },
  {
    name: 'nothing against a target that is not named: it loses weight, if anything',
    view: failingLeft(),
    action: { weights: { right: 100 } },
    codes: [],
  },
  {
    name: 'independence: one domain for both',
    view: failingLeft({
      sites: [siteView('left', { ...dead, domains: ['x'] }), siteView('right', { domains: ['x'] })],
    }),
    codes: ['NoIndependentTarget'],
  },
  {
    name: 'nothing of the domain for a failback',
    view: view({ sites: [siteView('left', { domains: ['x'] }), siteView('right', { domains: ['x'] })] }),
    action: { kind: 'failback' },
    codes: [],
  },
  {
    name: 'capacity: no replicas wanted and none there',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', { wanted: 0, replicas: [] })] }),
    codes: ['NoReadyCapacity'],
  },
  { name: 'nothing of evidence when a person asks', view: view(), action: { trigger: 'manual' }, codes: [] },
  {
    name: 'nothing of evidence when the source is not known',
    view: failingLeft(),
    action: { from: 'nowhere' },
    codes: [],
  },
  {
    name: 'evidence: it is a millisecond too old',
    view: failingLeft({ sites: [siteView('left', { all: { ...dead.all, asOfMs: nowMs - 3001 } }), siteView('right')] }),
    codes: ['EvidenceStale'],
  },
  {
    name: 'nothing of evidence just fresh enough',
    view: failingLeft({ sites: [siteView('left', { all: { ...dead.all, asOfMs: nowMs - 3000 } }), siteView('right')] }),
    codes: [],
  },
  {
    name: 'a target that will be gone in a moment',
    view: failingLeft({ sites: [siteView('left', dead), leavingSite('right')] }),
    codes: ['ReplicaLeaving'],
  },
  {
    name: 'a target that will be gone in a moment, also for a person',
    view: view({ sites: [siteView('left'), leavingSite('right')] }),
    action: { trigger: 'manual', kind: 'shift' },
    codes: ['ReplicaLeaving'],
  },
  {
    name: 'nothing against a target that goes later than what runs there may take',
    view: failingLeft({ sites: [siteView('left', dead), leavingSite('right', { atMs: nowMs + 120_001 })] }),
    codes: [],
  },
  {
    name: 'nothing against the way back for a person, also to what will be gone in a moment',
    view: view({ sites: [siteView('left'), leavingSite('right')] }),
    action: { trigger: 'manual', kind: 'return', requestId: 'r-1' },
    codes: [],
  },
  { name: 'the cool-down, a millisecond before it ends (I11)', view: past(hour / 2 - 1), codes: ['CoolDown'] },
  { name: 'nothing of the cool-down when it ended (I11)', view: past(hour / 2), codes: [] },
  {
    name: 'the flap budget: three in 24 hours (I11)',
    view: past(hour, 2 * hour, 24 * hour - 1),
    codes: ['FlapBudgetSpent'],
  },
  {
    name: 'nothing of the flap budget when the third is a day old (I11)',
    view: past(hour, 2 * hour, 24 * hour),
    codes: [],
  },
  {
    name: 'nothing of a failover that ended before it moved anything',
    view: failingLeft({ recent: [operationOf({ state: 'failed' })] }),
    codes: [],
  },
  {
    name: 'nothing of a move a person made',
    view: failingLeft({ recent: [operationOf({ plan: { trigger: 'manual' } })] }),
    codes: [],
  },
  {
    name: 'the cool-down after one that is still settling',
    view: failingLeft({ open: operationOf({ state: 'verifying' }) }),
    codes: ['CoolDown'],
  },
  { name: 'nothing of the dwell without an earlier move', view: view(), action: { kind: 'failback' }, codes: [] },
  {
    name: 'the dwell after a move a person made, a millisecond before it ends (I11)',
    view: view({ recent: [operationOf({ agoMs: 599_999, plan: { kind: 'switchover', trigger: 'manual' } })] }),
    action: { kind: 'failback' },
    codes: ['DwellTime'],
  },
  {
    name: 'nothing of the dwell when it ended',
    view: view({ recent: [operationOf({ agoMs: 600_000, plan: { kind: 'switchover', trigger: 'manual' } })] }),
    action: { kind: 'failback' },
    codes: [],
  },
  {
    name: 'the dwell while a move is still settling, however long ago it began',
    view: view({ open: operationOf({ agoMs: hour, state: 'verifying', endedAtMs: undefined }) }),
    action: { kind: 'failback' },
    codes: ['DwellTime'],
  },
  {
    name: 'nothing of the dwell after a start or a move that failed',
    view: view({ recent: [operationOf({ plan: { kind: 'start' } }), operationOf({ state: 'failed' })] }),
    action: { kind: 'failback' },
    codes: [],
  },
])('$name', ({ view: seen, action, codes }) => {
  expect(against(seen, action)).toEqual(codes);
});

test('a reason tells when it stops standing in the way', () => {
  const seen = past(60_000);
  const [reason] = checkMove({ view: seen, diagnosis: diagnose(seen, nowMs), action: moveTo(), nowMs });
  expect(reason).toMatchObject({ code: 'CoolDown', untilMs: nowMs - 60_000 + 1_800_000 });
});

test('a spent budget ends when the oldest of the allowed number is a day old, however many there were', () => {
  const reasons = (seen: View): readonly unknown[] =>
    checkMove({ view: seen, diagnosis: diagnose(seen, nowMs), action: moveTo(), nowMs });
  const untilMs = nowMs - 3 * hour + 24 * hour;
  expect(reasons(past(hour, 2 * hour, 3 * hour))).toMatchObject([{ code: 'FlapBudgetSpent', untilMs }]);
  expect(reasons(past(hour, 2 * hour, 3 * hour, 4 * hour))).toMatchObject([{ code: 'FlapBudgetSpent', untilMs }]);
});

test('over any day there are never more automatic failovers than the budget, nor two within the cool-down (I11)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1000, max: 4 * hour }), { maxLength: 60 }), (gapsMs) => {
      const atMs: number[] = [];
      let timeMs = nowMs;
      for (const gapMs of gapsMs) {
        timeMs += gapMs;
        const recent = atMs.map((each) => operationOf({ agoMs: nowMs - each })).reverse();
        const seen = failingLeft({ recent });
        const reasons = checkMove({ view: seen, diagnosis: diagnose(seen, nowMs), action: moveTo(), nowMs: timeMs });
        if (!reasons.some(({ code }) => code === 'CoolDown' || code === 'FlapBudgetSpent')) atMs.push(timeMs);
      }
      atMs.forEach((each, at) => {
        expect(each - (atMs[at - 1] ?? 0)).toBeGreaterThanOrEqual(hour / 2);
        expect(each - (atMs[at - 3] ?? 0)).toBeGreaterThanOrEqual(24 * hour);
      });
    }),
  );
});

test('targets are the sites that gain weight', () => {
  expect(targetsOf(view(), { weights: { left: 50, right: 50 } }).map(({ site }) => site.name)).toEqual(['right']);
});

const weigh = (weights: Record<string, number>): Step => ({
  kind: 'weigh',
  name: 'w',
  weights,
  gate: undefined,
  deadlineMs: 1,
});
const stop: Step = { kind: 'stop', name: 's', site: 'left', how: 'stop', deadlineMs: 1 };
const notReady = { all: { state: 'starting' } } as const;

test.for<{ name: string; view: View; step: Step; codes: readonly string[] }>([
  { name: 'lets weights go to a proven site', view: view(), step: weigh({ left: 0, right: 100 }), codes: [] },
  {
    name: 'keeps weights from a site that is not proven (I8)',
    view: view({ sites: [siteView('left'), siteView('right', notReady)] }),
    step: weigh({ left: 0, right: 100 }),
    codes: ['TargetNotProven'],
  },
  {
    name: 'keeps weights from a site whose replicas will be gone in a moment',
    view: view({ sites: [siteView('left'), leavingSite('right')] }),
    step: weigh({ left: 0, right: 100 }),
    codes: ['TargetNotProven'],
  },
  {
    name: 'lets the weights go back to one, for it serves as long as it is there',
    view: view({ weights: { left: 0, right: 100 }, sites: [leavingSite('left'), siteView('right')] }),
    step: weigh({ left: 100, right: 0 }),
    codes: [],
  },
  {
    name: 'lets one that serves keep the weight though it will be gone in a moment',
    view: view({ sites: [leavingSite('left'), siteView('right')] }),
    step: weigh({ left: 100, right: 0 }),
    codes: [],
  },
  {
    name: 'does not stop a site while the only other will be gone in a moment (I4)',
    view: view({ weights: { left: 0, right: 100 }, sites: [siteView('left'), leavingSite('right')] }),
    step: stop,
    codes: ['LastServingSite'],
  },
  {
    name: 'keeps weights from a site that is not allowed (I19)',
    view: view({ sites: [siteView('left'), siteView('right', right)] }),
    step: weigh({ left: 0, right: 100 }),
    codes: ['ResidencyBlocked'],
  },
  {
    name: 'keeps the last serving site from being left without another (I4)',
    view: view({ weights: { left: 50, right: 50 }, sites: [siteView('left'), siteView('right', notReady)] }),
    step: weigh({ left: 0, right: 50 }),
    codes: ['LastServingSite'],
  },
  {
    name: 'does not let the only ready site be left out of the weights (I4)',
    view: view({ weights: { left: 100, right: 0 } }),
    step: weigh({}),
    codes: ['LastServingSite'],
  },
  {
    name: 'lets a fenced site be stopped while another is ready',
    view: view({ weights: { left: 0, right: 100 } }),
    step: stop,
    codes: [],
  },
  { name: 'does not stop what has weight (I20)', view: view(), step: stop, codes: ['SourceNotFenced'] },
  {
    name: 'does not stop what may have weight (I20)',
    view: view({ noRoute: 'unseen' }),
    step: stop,
    codes: ['DriverUnreachable'],
  },
  {
    name: 'does not stop the last ready site (I4)',
    view: view({ weights: { left: 0, right: 100 }, sites: [siteView('left'), siteView('right', notReady)] }),
    step: stop,
    codes: ['LastServingSite'],
  },
  {
    name: 'does not take a site out of bounds for one that could serve instead (I4, I19)',
    view: view({
      weights: { left: 0, right: 100 },
      sites: [siteView('left'), siteView('right', notReady), siteView('abroad', { residency: ['us'] })],
    }),
    step: stop,
    codes: ['LastServingSite'],
  },
  {
    name: 'gives no weight to a site that left the configuration',
    view: view(),
    step: weigh({ left: 40, mars: 60 }),
    codes: ['SiteRemoved'],
  },
  { name: 'lets weights name it that take all from it', view: view(), step: weigh({ left: 100, mars: 0 }), codes: [] },
  {
    name: 'starts nothing at a site that left the configuration',
    view: view(),
    step: { kind: 'launch', name: 'l', site: 'mars', slots: [0], bestEffort: false, deadlineMs: 1 },
    codes: ['SiteRemoved'],
  },
  {
    name: 'has nothing against a stamp',
    view: view({ noRoute: 'unseen' }),
    step: { kind: 'stamp', name: 's', deadlineMs: 1 },
    codes: [],
  },
])('before a step: $name', ({ view: seen, step, codes }) => {
  expect(checkStep(seen, planOf(), step, nowMs).map(({ code }) => code)).toEqual(codes);
});
