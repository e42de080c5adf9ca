import { expect, test } from 'vitest';
import { capacityFloor } from '../../../src/core/rules/capacity.ts';
import { checkStep } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { View } from '../../../src/model/view.ts';
import { against, emptying, said } from '../support/rules.ts';
import { dead, failingLeft, nowMs, planOf, type SiteChange, siteView, view } from '../support/view.ts';

interface Setting {
  readonly left?: SiteChange;
  readonly right?: SiteChange;
  readonly minReady?: number;
  readonly headroom?: number;
  readonly weights?: Record<string, number>;
  /** What users send, all to `left`. */
  readonly rps?: number;
  readonly standing?: readonly Standing[];
  readonly more?: Parameters<typeof view>[0];
}

/** `left` has three replicas and `right` two: 40 % is left when all goes to the right. */
function setting({ left, right, minReady = 0, headroom = 0, weights, rps = 0, standing, more }: Setting): View {
  const attempts = { attempts: rps * 10, windowMs: 10_000 };
  return view({
    sites: [siteView('left', { wanted: 3, ...left }), siteView('right', { wanted: 2, ...right })],
    policy: { safety: { minReadyRatio: minReady, headroomRatio: headroom } },
    traffic: { left: attempts, right: { attempts: 0 } },
    ...(weights === undefined ? {} : { weights }),
    ...(standing === undefined ? {} : { standing }),
    ...more,
  });
}

const rated = (ratedRps: number): SiteChange => ({ ratedRps });
const half = { weights: { left: 50, right: 50 } };
const floor = (left: string, share: string, least: string) => [`${left} would be left (${share}), at least ${least}`];
const atRight = { left: 0, right: 100 };
const out: Standing = {
  ...{
    kind: 'out',
    deployment: 'chat',
    site: 'left',
    isStopped: false,
    atMs: 0,
    reason: undefined,
    untilMs: undefined,
  },
  by: { kind: 'person', name: 'ada', host: 'desk', pid: 2 },
};

test.for<readonly [string, Setting, Partial<Action>, readonly string[]]>([
  ['nothing by itself: all may go to the smaller site', {}, {}, []],
  ['nothing when just as much is left', { minReady: 0.4 }, {}, []],
  ['a hundredth more than is left', { minReady: 0.41 }, {}, floor('2 of 5 ready replicas', '40 %', '41 %')],
  ['nothing while the source keeps a part', { minReady: 0.9 }, half, []],
  [
    'in rated units when all are rated: 20 of 30',
    { minReady: 0.67, left: { wanted: 1, ...rated(10) }, right: { wanted: 2, ...rated(10) } },
    {},
    floor('20 of 30 ready rps', '66 %', '67 %'),
  ],
  [
    'nothing in rated units where replicas would be too few',
    { minReady: 0.6, left: rated(1), right: rated(10) },
    {},
    [],
  ],
  [
    'in replicas when one is not rated',
    { minReady: 0.6, right: rated(10) },
    {},
    floor('2 of 5 ready replicas', '40 %', '60 %'),
  ],
  [
    'a site without weight that is emptied: it was ready too',
    { minReady: 0.41, weights: atRight },
    emptying,
    floor('2 of 5 ready replicas', '40 %', '41 %'),
  ],
  ['nothing of one that a person emptied before', { minReady: 0.41, weights: atRight, standing: [out] }, emptying, []],
  [
    'nothing of a site where nothing is ready',
    { minReady: 1, left: { all: { state: 'starting' } }, weights: atRight },
    emptying,
    [],
  ],
  [
    'what is not proven is not left',
    { minReady: 0.4, right: { wanted: 2, all: { state: 'starting' } } },
    {},
    floor('0 of 3 ready replicas', '0 %', '40 %'),
  ],
  [
    'what is started first counts when it is proven',
    { minReady: 0.4, right: { replicas: [], standby: 'cold' } },
    {},
    [],
  ],
  [
    'what lies out of bounds is not left',
    { minReady: 0.4, right: { residency: ['us'] } },
    {},
    floor('0 of 3 ready replicas', '0 %', '40 %'),
  ],
])('minReady: %s', ([, given, action, expected]) => {
  expect(said(capacityFloor, setting(given), action)).toEqual(expected);
});

test.for<readonly [string, Setting, Partial<Action>, readonly string[]]>([
  ['nothing when the load just fits', { right: rated(10), rps: 20 }, {}, []],
  ['a little more than fits', { right: rated(10), rps: 20.1 }, {}, ['right would get 20.1 rps and can serve 20']],
  ['nothing when it just fits with headroom', { right: rated(12), rps: 20, headroom: 0.2 }, {}, []],
  [
    'a little more than fits with headroom',
    { right: rated(11), rps: 20, headroom: 0.2 },
    {},
    ['right would get 20 rps and can serve 18.3 with 20 % headroom'],
  ],
  ['nothing where a part of it fits', { right: rated(10), rps: 40 }, half, []],
  ['nothing of a site without a rating', { rps: 10_000 }, {}, []],
  [
    'nothing of the site that loses some, however much it has',
    { left: rated(1), right: rated(100), rps: 150 },
    half,
    [],
  ],
  ['nothing while nobody sees the load', { right: rated(1), more: { traffic: null } }, {}, []],
  ['nothing when the load seen is too old', { right: rated(1), rps: 50, more: { trafficAgoMs: 3001 } }, {}, []],
  [
    'the load that is just fresh enough',
    { right: rated(1), rps: 50, more: { traffic: { left: { attempts: 500 } }, trafficAgoMs: 3000 } },
    {},
    ['right would get 60 rps and can serve 2'],
  ],
  [
    'nothing of the replicas still to be started',
    { right: { ...rated(10), replicas: [], standby: 'cold' }, rps: 20 },
    {},
    [],
  ],
])('load: %s', ([, given, action, expected]) => {
  expect(said(capacityFloor, setting(given), action)).toEqual(expected);
});

const tight: Setting = { minReady: 0.9, right: rated(1), rps: 50 };

test.for<readonly [string, View, Partial<Action>, boolean]>([
  ['an automatic failover', setting(tight), { kind: 'failover', trigger: 'automatic' }, false],
  ['an automatic failback', setting(tight), { kind: 'failback', trigger: 'automatic' }, true],
  ['the return at the end of its time', setting(tight), { kind: 'return', requestId: undefined }, true],
  ['a person who takes a move back', setting(tight), { kind: 'return' }, false],
  ['a person who leaves a site that serves', setting(tight), { kind: 'failover' }, true],
  [
    'a person who leaves a site that serves nothing',
    failingLeft({
      sites: [siteView('left', dead), siteView('right', rated(1))],
      policy: { safety: { minReadyRatio: 1 } },
    }),
    { kind: 'failover' },
    false,
  ],
  [
    'a switchover away from a site that serves nothing',
    failingLeft({ sites: [siteView('left', dead), siteView('right', rated(1))] }),
    {},
    true,
  ],
])('who is held back by it: %s', ([, seen, action, isHeld]) => {
  expect(said(capacityFloor, seen, action).length > 0).toBe(isHeld);
});

test('a person may answer for it', () => {
  expect(against(setting(tight)).map(({ code }) => code)).toEqual(['CapacityFloor', 'CapacityFloor']);
  expect(against(setting(tight), { overrides: ['CapacityFloor'] })).toEqual([]);
});

const weigh = (weights: Record<string, number>) =>
  ({ kind: 'weigh', name: 'w', weights, gate: undefined, deadlineMs: 1 }) as const;
const plan = planOf({ kind: 'switchover', trigger: 'manual' });
const atStep = (seen: View, weights: Record<string, number>, change = plan) =>
  checkStep(seen, change, weigh(weights), nowMs).map(({ code }) => code);

test('it is counted again before each step of weights', () => {
  expect(atStep(setting({ minReady: 0.4 }), atRight)).toEqual([]);
  expect(atStep(setting({ minReady: 0.41 }), atRight)).toEqual(['CapacityFloor']);
  expect(atStep(setting({ right: rated(10), rps: 40 }), { left: 50, right: 50 })).toEqual([]);
  expect(atStep(setting({ right: rated(10), rps: 40 }), { left: 49, right: 51 })).toEqual(['CapacityFloor']);
});

test('a step back to where a plan began, a failover and an override pass', () => {
  const seen = setting({ ...tight, weights: { left: 50, right: 50 } });
  expect(atStep(seen, atRight)).toEqual(['CapacityFloor', 'CapacityFloor']);
  expect(atStep(seen, atRight, planOf({ ...plan, before: atRight }))).toEqual([]);
  expect(atStep(seen, atRight, planOf({ ...plan, kind: 'failover' }))).toEqual([]);
  expect(atStep(seen, atRight, planOf({ ...plan, kind: 'return' }))).toEqual([]);
  expect(atStep(seen, atRight, planOf({ ...plan, overrides: ['CapacityFloor'] }))).toEqual([]);
});

test('what is to be stopped is counted again before it stops', () => {
  const stop = { kind: 'stop', name: 's', site: 'left', how: 'stop', deadlineMs: 1 } as const;
  const codes = (minReady: number) =>
    checkStep(setting({ minReady, weights: atRight }), planOf({ kind: 'stop' }), stop, nowMs).map(({ code }) => code);
  expect(codes(0.4)).toEqual([]);
  expect(codes(0.41)).toEqual(['CapacityFloor']);
});
