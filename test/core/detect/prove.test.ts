import { expect, test } from 'vitest';
import { isProven, prove } from '../../../src/core/detect/prove.ts';
import type { Proof } from '../../../src/model/condition.ts';
import { answer, completion, nowMs, proofOf, replicaOf } from '../support/view.ts';

const terms = { completions: 3, maxAgeMs: 30_000 };

test('counts the newest unbroken run of good completions', () => {
  const history = [answer(900, 'good'), answer(700, 'bad'), answer(500, 'good'), answer(300, 'good')];
  expect(prove(history, completion, replicaOf())).toEqual({
    replica: 'left-0',
    bootId: 'boot-1',
    model: 'tiny',
    completions: 2,
    atMs: nowMs - 300,
  });
});

test('there is no proof after a bad answer, nor without any', () => {
  expect(prove([answer(500, 'good'), answer(300, 'bad')], completion, replicaOf())).toBeUndefined();
  expect(prove([answer(300, 'unknown')], completion, replicaOf())).toBeUndefined();
  expect(prove([], completion, replicaOf())).toBeUndefined();
});

test.for<{ name: string; change: Partial<Proof> | null; proven: boolean }>([
  { name: 'holds as given', change: {}, proven: true },
  { name: 'does not hold when there is none', change: null, proven: false },
  { name: 'does not hold for another boot (I8)', change: { bootId: 'boot-2' }, proven: false },
  { name: 'does not hold for another model (I8)', change: { model: 'large' }, proven: false },
  { name: 'does not hold one completion short', change: { completions: 2 }, proven: false },
  { name: 'holds one millisecond before it is too old', change: { atMs: nowMs - 29_999 }, proven: true },
  { name: 'does not hold once it is as old as allowed', change: { atMs: nowMs - 30_000 }, proven: false },
])('a proof $name', ({ change, proven }) => {
  const proof = change === null ? undefined : proofOf(change);
  expect(isProven(proof, replicaOf(), 'tiny', terms, nowMs)).toBe(proven);
});
