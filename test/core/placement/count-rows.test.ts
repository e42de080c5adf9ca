import { expect, test } from 'vitest';
import { type CountRow, countRows } from '../../../src/core/placement/count-rows.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';

interface Case {
  readonly ratings: readonly number[];
  readonly needed: number;
}

/** Ratings of one decimal, none twice, and no more machines than are soon counted. */
function randomCase(seed: number, count: number): Case {
  const random = createSeededRandom(seed);
  const ratings = new Set<number>();
  while (ratings.size < count) ratings.add(Math.round(5 + random.next() * 300) / 10);
  const needed = Math.round(10 + random.next() * 400) / 10;
  return { ratings: [...ratings].map((rating) => Math.max(rating, Math.ceil(needed) / 30)), needed };
}

/** All counts up to what one rating needs alone, and one more. */
function countsOf({ ratings, needed }: Case): readonly (readonly number[])[] {
  return ratings.reduce<readonly (readonly number[])[]>(
    (all, rating) =>
      all.flatMap((counts) => Array.from({ length: Math.ceil(needed / rating) + 2 }, (_, more) => [...counts, more])),
    [[]],
  );
}

function serves({ ratings, needed }: Case, counts: readonly number[]): boolean {
  return counts.reduce((sum, count, at) => sum + count * (ratings[at] ?? 0), 0) >= needed - 1e-6;
}

function sumOf({ coefficients }: CountRow, counts: readonly number[]): number {
  return coefficients.reduce((sum, by, at) => sum + by * (counts[at] ?? 0), 0);
}

test.for([1, 2, 3, 4])(
  '%i ratings: what serves the demand keeps every row, and comes to it exactly somewhere',
  (count) => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const own = randomCase(seed, count);
      const rows = countRows(own.ratings, own.needed);
      const counts = countsOf(own).filter((each) => serves(own, each));
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        const least = Math.min(...counts.map((each) => sumOf(row, each)));
        expect(least, `seed ${seed} ${JSON.stringify({ own, row })}`).toBeGreaterThanOrEqual(row.least - 1e-6);
        if (count <= 3) expect(least, `seed ${seed} ${JSON.stringify({ own, row })}`).toBeCloseTo(row.least, 6);
      }
    }
  },
);

test('of two ratings, parts of machines cost no less than whole ones once the rows are kept', () => {
  const random = createSeededRandom(1);
  for (let seed = 1; seed <= 200; seed += 1) {
    const own = randomCase(seed, 2);
    const [one, two] = [0.1 + random.next(), 0.1 + random.next()];
    const costOf = ([x = 0, y = 0]: readonly number[]): number => one * x + two * y;
    const whole = Math.min(
      ...countsOf(own)
        .filter((each) => serves(own, each))
        .map(costOf),
    );
    expect(leastOfParts(countRows(own.ratings, own.needed), costOf), `seed ${seed}`).toBeCloseTo(whole, 6);
  }
});

/** The cheapest corner of what keeps the rows: where two of them meet, or one meets an axis. */
function leastOfParts(rows: readonly CountRow[], costOf: (counts: readonly number[]) => number): number {
  const lines = [...rows, { coefficients: [1, 0], least: 0 }, { coefficients: [0, 1], least: 0 }];
  let least = Number.POSITIVE_INFINITY;
  for (const [
    at,
    {
      coefficients: [a = 0, b = 0],
      least: first,
    },
  ] of lines.entries())
    for (const {
      coefficients: [c = 0, d = 0],
      least: second,
    } of lines.slice(at + 1)) {
      const size = a * d - b * c;
      if (Math.abs(size) < 1e-9) continue;
      const corner = [(first * d - b * second) / size, (a * second - first * c) / size];
      if (lines.every((line) => sumOf(line, corner) >= line.least - 1e-6)) least = Math.min(least, costOf(corner));
    }
  return least;
}

test('three small machines or a large one: the large one counts as three', () => {
  // 25 rps: three of 10.9, or one of 36.5.
  expect(countRows([10.9, 36.5], 25)).toEqual([{ coefficients: [1, 3], least: 3 }]);
});

test('what is served without any machine asks for none', () => {
  expect(countRows([5, 3], 0)).toEqual([]);
});

test('a third rating counts for what it spares of the two others', () => {
  const rows = countRows([4, 7, 10], 20);
  // Two of 10 do it alone, and three of 7, and five of 4.
  for (const {
    coefficients: [four = 0, seven = 0, ten = 0],
    least,
  } of rows) {
    expect(5 * four).toBeGreaterThanOrEqual(least - 1e-9);
    expect(3 * seven).toBeGreaterThanOrEqual(least - 1e-9);
    expect(2 * ten).toBeGreaterThanOrEqual(least - 1e-9);
  }
});
