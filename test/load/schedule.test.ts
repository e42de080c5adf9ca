import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram } from '../../src/load/histogram.ts';
import { drawTokens, scheduleGenerated, scheduleReplay } from '../../src/load/schedule.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';

const one = { p50: 1, p95: 1 };
const request = (atMs?: number) => ({ atMs, isStream: true, promptTokens: 1, outputTokens: 1 });
const first = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

test('sends evenly, and streams evenly among them', () => {
  const terms = { requestsPerSecond: 8, streamShare: 0.25, promptTokens: one, outputTokens: one };
  const schedule = scheduleGenerated(terms, createSeededRandom(1));
  expect(first(5, schedule.dueMs)).toEqual([0, 125, 250, 375, 500]);
  expect(first(8, (n) => schedule.request(n).isStream)).toEqual([false, false, false, true, false, false, false, true]);
});

test('half the lengths are within p50 and 95 % within p95', () => {
  const random = createSeededRandom(7);
  const lengths = first(20_000, () => drawTokens({ p50: 200, p95: 900 }, random));
  const within = (most: number): number => lengths.filter((length) => length <= most).length / lengths.length;
  expect(within(200)).toBeCloseTo(0.5, 1);
  expect(within(900)).toBeGreaterThan(0.94);
  expect(within(900)).toBeLessThan(0.96);
});

test('all lengths are the same when p50 is p95, and the same seed gives the same ones', () => {
  const draw = (seed: number, p95: number): number[] => {
    const random = createSeededRandom(seed);
    return first(50, () => drawTokens({ p50: 24, p95 }, random));
  };
  expect(new Set(draw(1, 24))).toEqual(new Set([24]));
  expect(draw(3, 90)).toEqual(draw(3, 90));
  expect(draw(3, 90)).not.toEqual(draw(4, 90));
});

test('a replay at its own times begins at once and goes round after one mean gap', () => {
  const { dueMs } = scheduleReplay([request(1000), request(1100), request(1400)], undefined);
  expect(first(5, dueMs)).toEqual([0, 100, 400, 600, 700]);
});

test('a replay at a rate does not need times', () => {
  const { dueMs } = scheduleReplay([request(), request()], 4);
  expect(first(3, dueMs)).toEqual([0, 250, 500]);
});

test('a replay of one request, or of many at one moment, goes round every second', () => {
  expect(first(3, scheduleReplay([request(50)], undefined).dueMs)).toEqual([0, 1000, 2000]);
  expect(first(3, scheduleReplay([request(50), request(50)], undefined).dueMs)).toEqual([0, 0, 1000]);
});

test('percentiles are those of the nearest rank, within 1 %, and the largest is exact', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 1e7, noNaN: true }), { minLength: 1 }), (values) => {
      const histogram = createHistogram();
      for (const value of values) histogram.add(value);
      const sorted = [...values].sort((a, b) => a - b);
      const { p50, p95, p99, max } = histogram.percentiles();
      for (const [share, got] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
        expect(Math.abs((got ?? Number.NaN) / exact - 1)).toBeLessThanOrEqual(0.01);
      }
      expect(max).toBe(sorted.at(-1));
    }),
  );
});

test('without a value there is no percentile', () => {
  expect(createHistogram().percentiles()).toEqual({ p50: undefined, p95: undefined, p99: undefined, max: undefined });
});
