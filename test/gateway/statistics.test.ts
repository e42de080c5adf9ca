import { expect, test } from 'vitest';
import { createPool } from '../../src/core/routing/pool.ts';
import { Statistics } from '../../src/gateway/statistics.ts';
import { entry } from '../core/support/routes.ts';

test.for([
  { name: 'as long as it counts, at first', forMs: 1500, windowMs: 1500, attempts: 150 },
  { name: 'up to a millisecond before the usual', forMs: 9999, windowMs: 9999, attempts: 1000 },
  { name: 'then as usual', forMs: 20_000, windowMs: 10_000, attempts: 1000 },
])('the window of its rates is $name', ({ forMs, windowMs, attempts }) => {
  const sinceMs = 5000;
  const statistics = new Statistics(sinceMs);
  for (let ms = 0; ms < forMs; ms += 10) statistics.note('left', 'good', sinceMs + ms);
  const pool = createPool(entry({ weights: { left: 100 }, sites: { left: 1 } }), sinceMs);
  const told = statistics.snapshot({ pool, held: 0 }, sinceMs + forMs);
  expect(told.countedForMs).toBe(forMs);
  const [left] = told.sites;
  expect(left?.windowMs).toBe(windowMs);
  expect(left?.attempts).toBeGreaterThanOrEqual(attempts * 0.95);
  expect(left?.attempts).toBeLessThanOrEqual(attempts);
});
