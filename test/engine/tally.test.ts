import { expect, test } from 'vitest';
import { createTally } from '../../src/engine/tally.ts';
import type { Action, Decision, Steering } from '../../src/model/decision.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import { turnLimitsMs } from '../../src/model/tally.ts';
import { requestOf, view } from '../core/support/view.ts';

const diagnosis: Diagnosis = { code: 'Healthy', actionable: false, site: undefined, message: 'all well', sites: [] };
const unasked = view();
const asked = { ...unasked, request: requestOf() };
const action: Action = {
  ...{ kind: 'failover', trigger: 'manual', from: 'a', weights: { b: 100 }, start: [], inOneStep: true },
  ...{ because: [{ code: 'AskedByPerson', message: 'by alice' }], requestId: 'rq-1' },
};
const steering: Steering = {
  ...{ order: 'hold', operationId: 'op-1', untilMs: undefined, request: undefined },
  because: [{ code: 'ShiftExpired', message: 'its time is over' }],
};
const stay = (...codes: readonly ('Paused' | 'CoolDown')[]): Decision => ({
  ...{ kind: 'stay', diagnosis },
  reasons: codes.map((code) => ({ code, message: `for ${code}` })),
});

test('a decision counts once for each of its reasons, and once when it needed none', () => {
  const tally = createTally();
  for (const decision of [stay(), stay('Paused', 'CoolDown', 'CoolDown'), stay('Paused')])
    tally.noteDecision(decision, unasked);
  expect(tally.read([]).decisions).toEqual([
    { decision: 'stay', reason: undefined, trigger: 'automatic', count: 1 },
    { decision: 'stay', reason: 'Paused', trigger: 'automatic', count: 2 },
    { decision: 'stay', reason: 'CoolDown', trigger: 'automatic', count: 1 },
  ]);
});

test.for([
  { name: 'one that acts has its action’s trigger', decision: { kind: 'act', diagnosis, action }, trigger: 'manual' },
  {
    name: 'one that only advises too',
    decision: { kind: 'advise', diagnosis, action: { ...action, trigger: 'automatic' }, reasons: [] },
    trigger: 'automatic',
  },
  { name: 'one that stays of itself is automatic', decision: stay('Paused'), trigger: 'automatic' },
  { name: 'one that refuses a person is manual', decision: stay('Paused'), view: asked, trigger: 'manual' },
  {
    name: 'an end that came by time is automatic',
    decision: { kind: 'steer', diagnosis, steering },
    trigger: 'automatic',
  },
  {
    name: 'an order of a person is manual',
    decision: { kind: 'steer', diagnosis, steering: { ...steering, request: requestOf() } },
    trigger: 'manual',
  },
  {
    name: 'and so is one said to the gateway',
    decision: { kind: 'steer', diagnosis, steering: { ...steering, said: requestOf() } },
    trigger: 'manual',
  },
] as const)('$name', ({ decision, trigger, ...given }) => {
  const tally = createTally();
  tally.noteDecision(decision, 'view' in given ? given.view : unasked);
  expect(tally.read([]).decisions).toMatchObject([{ decision: decision.kind, trigger, count: 1 }]);
});

test('a turn counts in every class that it is not longer than', () => {
  const tally = createTally();
  for (const tookMs of [10, 11, 10_000, 10_001]) tally.noteTurn(tookMs);
  const { count, sumMs, within } = tally.read([]).turns;
  expect({ count, sumMs }).toEqual({ count: 4, sumMs: 20_022 });
  expect(within).toEqual(turnLimitsMs.map((limitMs) => (limitMs === 10 ? 1 : limitMs === 10_000 ? 3 : 2)));
});

test('what was read is not changed by what is counted later', () => {
  const tally = createTally();
  tally.noteTurn(1);
  const before = tally.read([]);
  tally.noteTurn(1);
  expect(before.turns.within[0]).toBe(1);
});
