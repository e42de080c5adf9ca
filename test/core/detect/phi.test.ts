import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phiOf } from '../../../src/core/detect/phi.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { answer } from '../support/view.ts';

function times(firstTokenMs: readonly number[]): readonly Observation[] {
  return firstTokenMs.map((each, index) => answer((firstTokenMs.length - index) * 100, 'good', { firstTokenMs: each }));
}

const steady = [50, 52, 48, 51, 49, 50, 53, 47];

test('says nothing with seven times before the newest three, and something with eight', () => {
  expect(phiOf(times([...steady.slice(1), 50, 50, 50]))).toBeUndefined();
  expect(phiOf(times([...steady, 50, 50, 50]))).toBeTypeOf('number');
});

test('is low for times as usual, and beyond any threshold for a hundredfold', () => {
  expect(phiOf(times([...steady, 50, 55, 52]))).toBeLessThan(1);
  expect(phiOf(times([...steady, 5000, 5000, 5000]))).toBeGreaterThan(50);
});

test('one or two slow answers among the newest three say nothing', () => {
  expect(phiOf(times([...steady, 50, 5000, 50]))).toBeLessThan(1);
  expect(phiOf(times([...steady, 50, 5000, 5000]))).toBeGreaterThan(50);
});

test('passes over answers without a first token and those that saw nothing', () => {
  const blind = answer(1, 'unknown', { firstTokenMs: 90_000 });
  const timedOut = answer(1, 'bad', { reason: 'TimedOut' });
  const usual = times([...steady, 50, 50, 50]);
  expect(phiOf([...usual, blind, timedOut])).toBe(phiOf(usual));
});

test('never falls as the newest times grow', () => {
  const time = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(fc.array(time, { minLength: 8, maxLength: 40 }), time, time, (baseline, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const phi = (ms: number): number => phiOf(times([...baseline, ms, ms, ms])) ?? 0;
      expect(phi(high)).toBeGreaterThanOrEqual(phi(low) - 1e-9);
    }),
  );
});
