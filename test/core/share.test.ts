import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divide, moveShare, othersWithWeight } from '../../src/core/share.ts';
import type { Weights } from '../../src/model/route.ts';
import { anyWeights, siteView, view } from './support/view.ts';

const sites = [siteView('left'), siteView('right'), siteView('far')];
const seen = (weights: Weights) => view({ sites, weights });
const sum = (weights: Weights): number => Object.values(weights).reduce((total, each) => total + each, 0);

test.for([
  { name: 'half of what it has', weights: { left: 60, right: 40, far: 0 }, share: 50, left: 30, right: 70 },
  { name: 'all of it', weights: { left: 60, right: 40, far: 0 }, share: 100, left: 0, right: 100 },
  { name: 'at least one percent', weights: { left: 60, right: 40, far: 0 }, share: 1, left: 59, right: 41 },
  { name: 'one percent of one', weights: { left: 1, right: 99, far: 0 }, share: 1, left: 0, right: 100 },
  { name: 'nothing of nothing', weights: { left: 0, right: 100, far: 0 }, share: 50, left: 0, right: 100 },
])('moves $name', ({ weights, share, left, right }) => {
  expect(moveShare(seen(weights), 'left', { right: 1 }, share)).toEqual({ left, right, far: 0 });
});

test('what a split gives to the source itself stays with it', () => {
  const weights = { left: 60, right: 40, far: 0 };
  expect(moveShare(seen(weights), 'left', { left: 50, right: 50 }, 100)).toEqual({ left: 30, right: 70, far: 0 });
});

test('whatever is moved, the weights are whole, none is negative, and they sum to 100', () => {
  const parts = fc.record({ right: fc.integer({ min: 1, max: 100 }), far: fc.integer({ min: 0, max: 100 }) });
  const share = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(anyWeights('left', 'right', 'far'), parts, share, (weights, targets, sharePct) => {
      const after = moveShare(seen(weights), 'left', targets, sharePct);
      expect(sum(after)).toBe(100);
      for (const each of Object.values(after)) expect(Number.isInteger(each) && each >= 0).toBe(true);
      expect(after['left']).toBeLessThanOrEqual(weights['left'] ?? 0);
      if ((weights['left'] ?? 0) > 0) expect(after['left']).toBeLessThan(weights['left'] ?? 0);
    }),
  );
});

test('dividing loses nothing and invents nothing; the first of equals gets the rest', () => {
  expect(divide(10, { one: 1, two: 1, three: 1 })).toEqual({ one: 4, two: 3, three: 3 });
  const parts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 1000 }), { minKeys: 1 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), parts, (whole, each) => {
      expect(sum(divide(whole, each))).toBe(whole);
    }),
  );
});

test('the others are those with weight, without the one that is left', () => {
  expect(othersWithWeight(seen({ left: 60, right: 40, far: 0 }), 'left')).toEqual({ right: 40 });
  expect(othersWithWeight(seen({ left: 100, right: 0, far: 0 }), 'left')).toEqual({});
});
