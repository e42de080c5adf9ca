import fc from 'fast-check';
import { expect, test } from 'vitest';
import { burstOf, createRetryBudget } from '../../../src/core/routing/retry-budget.ts';

test('gives ten retries at once with little in flight, and not an eleventh', () => {
  const budget = createRetryBudget(0.1);
  expect(Array.from({ length: 11 }, () => budget.take(0))).toEqual([...Array(10).fill(true), false]);
});

test('gives once as many retries as requests are in flight: a whole site may have to move', () => {
  const budget = createRetryBudget(0.1);
  const taken = Array.from({ length: 200 }, () => budget.take(150)).filter(Boolean);
  expect(taken).toHaveLength(150);
});

test.for([
  { name: 'all that is in flight', inFlight: 150, replicas: 3, burst: 150 },
  { name: 'four answers of each replica when little is in flight', inFlight: 2, replicas: 6, burst: 24 },
])('one failure may need $name', ({ inFlight, replicas, burst }) => {
  expect(burstOf(inFlight, replicas)).toBe(burst);
});

test('ten requests earn one more retry', () => {
  const budget = createRetryBudget(0.1);
  while (budget.take(0));
  for (let each = 0; each < 9; each += 1) budget.earn();
  expect(budget.take(0)).toBe(false);
  budget.earn();
  expect(budget.take(0)).toBe(true);
});

test('never gives more than a tenth of the requests and one burst (I24)', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('earn', 'take'), { maxLength: 400 }), fc.nat(50), (events, inFlight) => {
      const budget = createRetryBudget(0.1);
      let taken = 0;
      for (const event of events) {
        if (event === 'earn') budget.earn();
        else if (budget.take(inFlight)) taken += 1;
      }
      const earned = events.filter((event) => event === 'earn').length;
      expect(taken).toBeLessThanOrEqual(earned * 0.1 + Math.max(10, inFlight) + 1e-9);
    }),
  );
});
