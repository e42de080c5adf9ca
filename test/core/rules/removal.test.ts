import { expect, test } from 'vitest';
import { hasEmptied, removalVelocity } from '../../../src/core/rules/removal.ts';
import { checkStep } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { Operation, OperationKind } from '../../../src/model/operation.ts';
import type { Step } from '../../../src/model/plan.ts';
import type { Standing } from '../../../src/model/standing.ts';
import { against, caseOf, emptying, said } from '../support/rules.ts';
import { nowMs, operationOf, replicaView, siteView, type ViewChange, view } from '../support/view.ts';

const windowMs = 600_000;
const atRight = { left: 0, right: 100 };

/** Equal sites, so that one of them is half of what is ready. */
function calm(change: ViewChange = {}, removalWindowMs = windowMs) {
  return view({ weights: atRight, policy: { safety: { removalWindowMs } }, ...change });
}

const stamp: Step = { kind: 'stamp', name: '1-stamp', deadlineMs: 1 };
const drainStep = (site: string): Step => ({ kind: 'drain', name: `1-drain ${site}`, site, deadlineMs: 1 });
const stopStep = (site: string): Step => ({ kind: 'stop', name: `2-stop ${site}`, site, how: 'stop', deadlineMs: 1 });
const emptied = (
  site: string,
  change: Parameters<typeof operationOf>[0] & { kind?: OperationKind } = {},
): Operation => {
  const { kind = 'drain', plan, ...rest } = change;
  return operationOf({ id: 'op-7', plan: { kind, trigger: 'manual', steps: [drainStep(site)], ...plan }, ...rest });
};
const open = { state: 'shifting', endedAtMs: undefined } as const;
const trimStep = (site: string): Step => ({
  ...({ kind: 'trim', name: '1-trim', site, keep: 1, how: 'delete' } as const),
  ...{ drainMs: 1, takes: 1, deadlineMs: 1 },
});
const middle = emptied('middle', { agoMs: windowMs - 1 });
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

const soon = ['op-7 emptied middle 9m59s ago; one site in 10m'];
const busy = ['op-7 (drain of chat) is emptying middle'];

test.for<readonly [string, ViewChange, Partial<Action>, readonly string[]]>([
  ['the first site goes', {}, emptying, []],
  ['another went a millisecond inside the window', { recent: [middle] }, emptying, soon],
  ['another went as long ago as the window', { recent: [emptied('middle', { agoMs: windowMs })] }, emptying, []],
  ['the same went before', { recent: [emptied('left', { agoMs: 1 })] }, emptying, []],
  [
    'one was stopped or migrated from',
    { recent: [emptied('middle', { agoMs: windowMs - 1, plan: { steps: [stopStep('middle')] } })] },
    emptying,
    soon,
  ],
  [
    'of another a part was taken',
    {
      recent: [
        emptied('middle', {
          agoMs: windowMs - 1,
          plan: { steps: [trimStep('middle')] },
        }),
      ],
    },
    emptying,
    ['op-7 took replicas of middle 9m59s ago; one site in 10m'],
  ],
  ['one was given back', { recent: [emptied('middle', { agoMs: 1, state: 'returned' })] }, emptying, []],
  [
    'one was refused before it emptied anything',
    { recent: [emptied('middle', { agoMs: 1, state: 'failed', plan: { steps: [stamp, drainStep('middle')] } })] },
    emptying,
    [],
  ],
  ['a move that empties nothing', { recent: [middle] }, {}, []],
  ['a move came before', { recent: [operationOf({ agoMs: 1 })] }, emptying, []],
  ['another is going', { open: emptied('middle', open) }, emptying, busy],
  ['another deployment is emptying another site', { others: [emptied('middle', open)] }, emptying, busy],
  ['another deployment is emptying the same site', { others: [emptied('left', open)] }, emptying, []],
])('one site at a time: %s', ([, change, action, expected]) => {
  expect(said(removalVelocity, calm(change), action)).toEqual(expected);
});

test('it ends with the window, or with an operation nobody can date', () => {
  expect(removalVelocity(caseOf(calm({ recent: [middle] }), emptying))).toMatchObject([{ untilMs: nowMs + 1 }]);
  expect(removalVelocity(caseOf(calm({ others: [emptied('middle', open)] }), emptying))[0]).not.toHaveProperty(
    'untilMs',
  );
});

const share = (left: number, right: number, change: ViewChange = {}) =>
  calm({ sites: [siteView('left', { wanted: left }), siteView('right', { wanted: right })], ...change });
const most = (percent: number) => [`would take ${percent} % of what is ready at once, at most 50 %`];

test.for<readonly [string, ReturnType<typeof calm>, readonly string[]]>([
  ['half of what is ready', share(2, 2), []],
  ['a little more than half', share(3, 2), most(60)],
  ['all there is', share(2, 0), most(100)],
  ['nothing where nothing is ready', share(0, 2), []],
  ['what a person emptied before', share(3, 2, { standing: [out] }), []],
  [
    'half in rated units, though most replicas',
    calm({ sites: [siteView('left', { wanted: 3, ratedRps: 2 }), siteView('right', { wanted: 2, ratedRps: 3 })] }),
    [],
  ],
  [
    'what lies out of bounds does not count',
    calm({ sites: [siteView('left', { wanted: 2 }), siteView('right', { wanted: 9, residency: ['us'] })] }),
    most(100),
  ],
])('not most of it: %s', ([, seen, expected]) => {
  expect(said(removalVelocity, seen, emptying)).toEqual(expected);
});

const waking = { ...emptying, kind: 'migrate', from: 'left' } as const;
const fromLeft = { left: 100, right: 0 };
const idle = { ...emptying, weights: fromLeft } as const;
/** Its lists show a start only so long after it, and are read since a moment. */
const unlisted = { listLagMs: 1000, listedSinceMs: nowMs - 1099 };
const listed = { listLagMs: 1000, listedSinceMs: nowMs - 1100 };
const starting = replicaView({ site: 'right', state: 'starting', conditions: [], proof: null });
const partly = { ...unlisted, replicas: [starting] };

test.for<readonly [string, readonly [number, number], Partial<Action>, object, readonly string[]]>([
  ['a site that is started first and replaces it', [2, 2], waking, listed, []],
  ['a site that is started first and is smaller', [3, 2], waking, listed, most(60)],
  ['a site that may be starting and need not list it yet', [2, 2], waking, unlisted, []],
  ['a site of which a part is starting, and the rest need not be listed yet', [2, 2], waking, partly, most(100)],
  ['a site that nothing starts', [2, 2], idle, listed, most(100)],
  ['a site that nothing starts and that need not list all', [2, 2], idle, unlisted, most(100)],
])('what the plan starts before it empties anything counts: %s', ([, [left, right], action, lists, expected]) => {
  const cold = siteView('right', { wanted: right, standby: 'cold', replicas: [], ...lists });
  const seen = calm({ sites: [siteView('left', { wanted: left }), cold], weights: fromLeft });
  expect(said(removalVelocity, seen, action)).toEqual(expected);
});

test('a window of nothing is no such limit', () => {
  expect(said(removalVelocity, calm({ recent: [middle], others: [emptied('middle', open)] }, 0), emptying)).toEqual([]);
  expect(said(removalVelocity, { ...share(3, 2), ...{ deployment: calm({}, 0).deployment } }, emptying)).toEqual([]);
});

test('a person may answer for it', () => {
  expect(against(calm({ recent: [middle] }), emptying).map(({ code }) => code)).toEqual(['RemovalVelocity']);
  expect(against(calm({ recent: [middle] }), { ...emptying, overrides: ['RemovalVelocity'] })).toEqual([]);
});

const steps: readonly Step[] = [stamp, drainStep('left'), stopStep('left')];
const own = operationOf({ id: 'op-9', plan: { kind: 'stop', steps }, ...open });
const fence: Step = { kind: 'fence', name: '2-fence middle', site: 'middle', deadlineMs: 1 };
const settle: Step = { kind: 'settle', name: '3-settle', forMs: 1, deadlineMs: 1 };
/** Of another deployment, as far as its record says. */
const other = (step: number, between: readonly Step[]) =>
  emptied('middle', { ...open, step, plan: { steps: [stamp, ...between, drainStep('middle')] } });

test.for<readonly [string, ViewChange, boolean]>([
  ['nothing else went', {}, true],
  ['another site went a millisecond inside the window', { recent: [middle] }, false],
  ['another site went as long ago as the window', { recent: [emptied('middle', { agoMs: windowMs })] }, true],
  ['the same site went a moment ago', { recent: [emptied('left', { agoMs: 1 })] }, true],
  ['another deployment empties another site', { others: [other(1, [])] }, false],
  ['another deployment is to do so, later', { others: [other(1, [fence, settle])] }, true],
  ['another deployment may do so, for a drain follows the fence', { others: [other(1, [fence])] }, false],
  ['it is most of what is ready by now', { sites: [siteView('left', { wanted: 3 }), siteView('right')] }, false],
  ['it is half of what is ready', { sites: [siteView('left'), siteView('right')] }, true],
])('asked again before a drain and before a stop: %s', ([, change, isAllowed]) => {
  const seen = calm({ ...change, open: own });
  const codes = (step: Step, plan = own.plan, at = seen) => checkStep(at, plan, step, nowMs).map(({ code }) => code);
  const expected = isAllowed ? [] : ['RemovalVelocity'];
  expect([codes(drainStep('left')), codes(stopStep('left'))]).toEqual([expected, expected]);
  expect(codes(drainStep('left'), { ...own.plan, overrides: ['RemovalVelocity'] })).toEqual([]);
  expect(codes(drainStep('left'), own.plan, calm({ ...change, open: own }, 0))).toEqual([]);
});

test.for([
  ['done', 3, true],
  ['unknown', 0, true],
  ['shifting', 0, true],
  ['returned', 1, false],
  ['returned', 2, true],
  ['returned', 3, true],
  ['failed', 0, false],
  ['failed', 1, true],
  ['failed', 2, true],
] as const)('an operation that is %s at step %i took something away: %s', ([state, step, expected]) => {
  expect(hasEmptied(operationOf({ state, step, plan: { steps } }))).toBe(expected);
});
