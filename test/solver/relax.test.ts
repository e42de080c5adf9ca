import { expect, test } from 'vitest';
import type { Program } from '../../src/model/program.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { pricesOfAskers, relax } from '../../src/solver/relax.ts';

const highs = await loadSolver();

/** Machines of $3 that serve 10 each: 25 are asked for, so that three are needed, whole ones alone. */
const program: Program = {
  columns: [{ cost: 3, least: 0, most: 9, isWhole: true }],
  rows: [
    { least: 25, most: Number.POSITIVE_INFINITY, terms: [[0, 10]] },
    { least: 3, most: Number.POSITIVE_INFINITY, terms: [[0, 1]], isImplied: true },
  ],
};

test('without whole numbers what is implied holds, and takes the worth of what it follows from', () => {
  const relaxed = relax(highs, program, 1000);
  if (relaxed.kind !== 'priced') throw new Error(JSON.stringify(relaxed));
  expect(relaxed.bound).toBeCloseTo(9, 9);
  expect(relaxed.rowPrices.map((price) => price + 0)).toEqual([0, 3]);
});

test('what a row is worth that asks for something is told as if nothing followed from it', () => {
  const [asker = 0, implied = Number.NaN] = pricesOfAskers(highs, program, 1000);
  expect(asker).toBeCloseTo(0.3, 9);
  expect(implied).toBe(0);
});

test('a program that cannot be solved has no prices: each row is worth nothing', () => {
  const rows = [...program.rows, { least: Number.NEGATIVE_INFINITY, most: 1, terms: [[0, 1] as const] }];
  expect(relax(highs, { ...program, rows }, 1000)).toEqual({ kind: 'infeasible' });
  expect(pricesOfAskers(highs, { ...program, rows }, 1000)).toEqual([0, 0, 0]);
});
