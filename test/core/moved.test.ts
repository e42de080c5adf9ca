import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { hasMoved, ofFirstTry } from '../../src/core/moved.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import type { ProviderError } from '../../src/model/provider-error.ts';
import { failingLeft, nowMs, operationOf } from './support/view.ts';

const before = { left: 100, right: 0 };
const half = { left: 50, right: 50 };
const after = { left: 0, right: 100 };

const steps: readonly Step[] = [
  { kind: 'prove', name: '1-prove right', site: 'right', replicas: 1, deadlineMs: 1000 },
  { kind: 'weigh', name: '2-weigh half', weights: half, gate: undefined, deadlineMs: 1000 },
  { kind: 'weigh', name: '3-weigh all', weights: after, gate: undefined, deadlineMs: 1000 },
  { kind: 'settle', name: '4-settle', forMs: 1000, deadlineMs: 1000 },
];

function moveOf(change: Partial<Operation>): Operation {
  return operationOf({ plan: { kind: 'failover', trigger: 'automatic', before, after, steps }, ...change });
}

const error = (kind: ProviderError['class'], code: string): ProviderError => ({ class: kind, code, message: code });

test.for<{ name: string; change: Partial<Operation>; moved: boolean }>([
  { name: 'done', change: { state: 'done', step: 4 }, moved: true },
  { name: 'given back', change: { state: 'returned', step: 1 }, moved: true },
  { name: 'not known', change: { state: 'unknown', step: 1 }, moved: true },
  { name: 'failed before it moved', change: { state: 'failed', step: 0, error: error('unknown', 'X') }, moved: false },
  {
    name: 'refused by a rule before the first try',
    change: { state: 'failed', step: 1, error: error('invalid', 'TargetNotProven') },
    moved: false,
  },
  {
    name: 'refused over weights that somebody else set before its first try',
    change: { state: 'failed', step: 1, error: error('invalid', 'PlanStale') },
    moved: false,
  },
  {
    name: 'ended over weights that somebody else set after it had begun to move',
    change: { state: 'failed', step: 1, error: error('conflict', 'PlanStale') },
    moved: true,
  },
  {
    name: 'cut short in the middle of a move',
    change: { state: 'failed', step: 1, error: error('conflict', 'Preempted') },
    moved: true,
  },
  {
    name: 'failed its gate, and could not be given back',
    change: { state: 'failed', step: 1, error: error('unknown', 'GateFailed') },
    moved: true,
  },
  {
    name: 'cut short after its first share',
    change: { state: 'failed', step: 2, error: error('invalid', 'TargetNotProven') },
    moved: true,
  },
])('an operation that is $name has moved traffic: $moved (I11)', ({ change, moved }) => {
  expect(hasMoved(moveOf(change))).toBe(moved);
});

test('I11: a failover that a person cut short after it had moved traffic counts for the cool-down', () => {
  const cut = {
    ...moveOf({ state: 'failed', step: 2, error: error('conflict', 'Preempted') }),
    openedAtMs: nowMs - 10,
  };
  const decision = decide(failingLeft({ recent: [cut] }), nowMs);
  expect(decision).toMatchObject({ kind: 'stay', reasons: [{ code: 'CoolDown' }] });
});

test('a pin that met the first try let nothing move; met later, or another refusal, may have come too late', () => {
  const at = (reason: ProviderError): boolean => hasMoved(moveOf({ state: 'failed', step: 1, error: reason }));
  expect(at(ofFirstTry(error('conflict', 'Pinned')))).toBe(false);
  expect(at(error('conflict', 'Pinned'))).toBe(true);
  expect(at(ofFirstTry(error('conflict', 'Stale')))).toBe(true);
});
