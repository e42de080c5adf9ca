import { expect, test } from 'vitest';
import { createLateness } from '../../../src/core/routing/lateness.ts';

function taught(times: readonly number[]): (ceilingMs: number) => number {
  const lateness = createLateness();
  for (const each of times) lateness.learn(each);
  return lateness.limitMs;
}

const fifty = (ms: number, count = 50): readonly number[] => Array.from({ length: count }, () => ms);

test('is the ceiling one time short of enough, and learned with enough', () => {
  expect(taught(fifty(200, 49))(5000)).toBe(5000);
  expect(taught(fifty(200))(5000)).toBeLessThan(700);
});

test('is three times the usual 95th percentile, within the histogram’s ten percent', () => {
  const limit = taught(fifty(200))(5000);
  expect(limit).toBeGreaterThanOrEqual(600);
  expect(limit).toBeLessThanOrEqual(660);
});

test('is never under a tenth of a second, however fast the answers', () => {
  expect(taught(fifty(0.2))(5000)).toBe(100);
});

test('is never above the ceiling, however slow the answers', () => {
  expect(taught(fifty(9000))(5000)).toBe(5000);
});

test('times beyond the histogram are taken as its end', () => {
  expect(taught(fifty(1e12))(1e15)).toBeGreaterThan(1_000_000);
});

test('forgets: after a lasting change the limit follows', () => {
  const lateness = createLateness();
  for (let each = 0; each < 4000; each += 1) lateness.learn(50);
  for (let each = 0; each < 1000; each += 1) lateness.learn(400);
  expect(lateness.limitMs(5000)).toBeGreaterThan(1000);
});
