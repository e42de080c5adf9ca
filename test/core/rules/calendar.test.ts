import { expect, test } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import { frozen } from '../../../src/core/rules/calendar.ts';
import { checkStep } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { OperationKind } from '../../../src/model/operation.ts';
import type { FreezeWindow } from '../../../src/model/policy.ts';
import { against, caseOf } from '../support/rules.ts';
import { failingLeft, nowMs, planOf, requestOf, view } from '../support/view.ts';

const window: FreezeWindow = {
  fromMs: nowMs - 1000,
  untilMs: nowMs + 1000,
  reason: 'year-end freeze',
  allow: ['emergency'],
};
const strict: FreezeWindow = { ...window, allow: [] };
const frozenView = (...freeze: readonly FreezeWindow[]) => view({ policy: { safety: { freeze } } });
const codes = (action: Partial<Action>, ...freeze: readonly FreezeWindow[]) =>
  frozen(caseOf(frozenView(...freeze), action)).map(({ code }) => code);

test.for([
  ['a millisecond before it begins', nowMs - 1001, []],
  ['when it begins', nowMs - 1000, ['Frozen']],
  ['a millisecond before it ends', nowMs + 999, ['Frozen']],
  ['when it ends', nowMs + 1000, []],
] as const)('a window holds moves back or not: %s', ([, atMs, expected]) => {
  const reasons = frozen({ ...caseOf(frozenView(window)), nowMs: atMs });
  expect(reasons.map(({ code }) => code)).toEqual(expected);
});

test('the second window holds back as well as the first, and says why and until when', () => {
  const later = { ...window, fromMs: nowMs + 5000, untilMs: nowMs + 6000 };
  expect(frozen(caseOf(frozenView(later, window)))).toEqual([
    { code: 'Frozen', message: 'no changes now: year-end freeze', untilMs: nowMs + 1000 },
  ]);
});

test.for<readonly [OperationKind, Action['trigger']]>([
  ['failback', 'automatic'],
  ['failback', 'manual'],
  ['switchover', 'manual'],
  ['shift', 'manual'],
  ['drain', 'manual'],
  ['migrate', 'manual'],
  ['stop', 'manual'],
])('%s (%s) does not pass a window that allows emergencies', ([kind, trigger]) => {
  expect(codes({ kind, trigger }, window)).toEqual(['Frozen']);
});

test.for(['automatic', 'manual'] as const)(
  'a failover (%s) passes where emergencies may, and only there',
  (trigger) => {
    expect(codes({ kind: 'failover', trigger }, window)).toEqual([]);
    expect(codes({ kind: 'failover', trigger }, strict)).toEqual(['Frozen']);
    expect(codes({ kind: 'failover', trigger }, window, strict)).toEqual(['Frozen']);
  },
);

test('the return at the end of its time waits; a person who takes a move back does not', () => {
  expect(codes({ kind: 'return', requestId: undefined }, window)).toEqual(['Frozen']);
  expect(codes({ kind: 'return', requestId: 'req-1' }, strict)).toEqual([]);
});

test('a person may answer for it', () => {
  const seen = frozenView(strict);
  expect(against(seen).map(({ code }) => code)).toEqual(['Frozen']);
  expect(against(seen, { overrides: ['Frozen'] })).toEqual([]);
  expect(against(seen, { overrides: ['CostCeiling'] }).map(({ code }) => code)).toEqual(['Frozen']);
});

test('a freeze that begins mid-way does not stop what is under way', () => {
  const weigh = { kind: 'weigh', name: 'w', weights: { left: 0, right: 100 }, gate: undefined, deadlineMs: 1 } as const;
  expect(checkStep(frozenView(strict), planOf({ kind: 'switchover' }), weigh, nowMs)).toEqual([]);
});

test('a start is not frozen', () => {
  const request = requestOf({ kind: 'start', from: 'right' });
  const seen = view({ policy: { safety: { freeze: [strict] } }, request });
  const decision = decide({ ...seen, sites: seen.sites.map((site) => ({ ...site, replicas: [] })) }, nowMs);
  expect(decision).toMatchObject({ kind: 'act', action: { kind: 'start' } });
});

test('a site that dies in a freeze is left by automation, unless the window says otherwise', () => {
  expect(decide(failingLeft({ policy: { safety: { freeze: [window] } } }), nowMs)).toMatchObject({
    kind: 'act',
    action: { kind: 'failover' },
  });
  expect(decide(failingLeft({ policy: { safety: { freeze: [strict] } } }), nowMs)).toMatchObject({
    kind: 'stay',
    reasons: [{ code: 'Frozen', untilMs: nowMs + 1000 }],
  });
});
