import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAttempt, restartAfterMs } from '../../src/core/backoff.ts';
import { type ErrorClass, errorClasses, type ProviderError } from '../../src/model/provider-error.ts';

const errorOf = (kind: ErrorClass, retryAfterMs?: number): ProviderError => ({
  class: kind,
  code: 'X',
  message: 'x',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

test.for<[ErrorClass, number]>([
  ['transient', 4],
  ['throttled', 6],
  ['auth', 2],
  ['not-found', 2],
  ['capacity', 1],
  ['quota', 1],
  ['invalid', 1],
  ['conflict', 1],
  ['unknown', 1],
])('%s is tried %i times in all (I24)', ([kind, allowed]) => {
  const tries = Array.from({ length: 10 }, (_, index) => index + 1);
  const waits = tries.filter((each) => nextAttempt({ tries: each, error: errorOf(kind), random: 0 }).kind === 'wait');
  expect(waits).toHaveLength(allowed - 1);
});

test.for([
  { tries: 1, random: 0, waitMs: 50 },
  { tries: 1, random: 0.5, waitMs: 75 },
  { tries: 3, random: 0, waitMs: 200 },
])('after try $tries with random $random it waits $waitMs ms', ({ tries, random, waitMs }) => {
  expect(nextAttempt({ tries, error: errorOf('transient'), random })).toEqual({ kind: 'wait', waitMs });
});

test('what the provider says is a floor, never a ceiling (I25)', () => {
  expect(nextAttempt({ tries: 1, error: errorOf('throttled', 7000), random: 0 })).toEqual({
    kind: 'wait',
    waitMs: 7000,
  });
  expect(nextAttempt({ tries: 1, error: errorOf('throttled', 1), random: 0 })).toEqual({ kind: 'wait', waitMs: 50 });
});

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the certain half of a wait doubles with each try (I24)', () => {
  const least = (tries: number): number => {
    const next = nextAttempt({ tries, error: errorOf('throttled'), random: 0 });
    return next.kind === 'wait' ? next.waitMs : Number.NaN;
  };
  expect([1, 2, 3, 4, 5].map(least)).toEqual([50, 100, 200, 400, 800]);
});

test('waits are whole milliseconds, grow with chance, and honour what the provider says whatever else is (I25)', () => {
  const kind = fc.constantFrom(...errorClasses);
  const saysMs = fc.integer({ min: 0, max: 3_600_000 });
  fc.assert(
    fc.property(
      kind,
      fc.integer({ min: 1, max: 10 }),
      random,
      random,
      saysMs,
      (of, tries, one, other, retryAfterMs) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const first = nextAttempt({ tries, error: errorOf(of, retryAfterMs), random: low });
        const second = nextAttempt({ tries, error: errorOf(of, retryAfterMs), random: high });
        expect(second.kind).toBe(first.kind);
        if (first.kind === 'give-up' || second.kind === 'give-up') return;
        expect(Number.isInteger(first.waitMs)).toBe(true);
        expect(first.waitMs).toBeGreaterThanOrEqual(retryAfterMs);
        expect(second.waitMs).toBeGreaterThanOrEqual(first.waitMs);
      },
    ),
  );
});

test.for([
  [1, 1000],
  [2, 2000],
  [9, 256_000],
  [10, 300_000],
  [5000, 300_000],
] as const)(
  'after %i failures in a row an operation is begun again no sooner than in %i ms (I24)',
  ([failures, ms]) => {
    expect(restartAfterMs(failures)).toBe(ms);
  },
);

test('without a word of the provider it never waits longer than ten seconds, nor less than fifty milliseconds', () => {
  fc.assert(
    fc.property(fc.constantFrom(...errorClasses), fc.integer({ min: 1, max: 60 }), random, (kind, tries, drawn) => {
      const next = nextAttempt({ tries, error: errorOf(kind), random: drawn });
      if (next.kind === 'give-up') return;
      expect(next.waitMs).toBeGreaterThanOrEqual(50);
      expect(next.waitMs).toBeLessThanOrEqual(10_000);
    }),
  );
});
