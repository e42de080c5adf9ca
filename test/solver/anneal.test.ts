import { expect, test } from 'vitest';
import { formulate } from '../../src/core/placement/formulate.ts';
import type { Program } from '../../src/model/program.ts';
import { anneal } from '../../src/solver/anneal.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { solveWhole } from '../../src/solver/solve.ts';
import { realisticProblem } from '../core/placement/support/realistic.ts';
import { cheapestByHand, costOf, smallProgram, wrongWith } from './support/programs.ts';

const highs = await loadSolver();

/** So often the clock is looked at: the same steps on every machine. */
function looks(count: number): () => number {
  let looked = 0;
  return () => looked++ / count;
}

/** A solution, and not the cheapest; undefined: there is none. */
function dear(program: Program): readonly number[] | undefined {
  const columns = program.columns.map((column) => ({ ...column, cost: -column.cost }));
  const solution = solveWhole(highs, { ...program, columns }, { gap: 0, withinMs: 10_000 });
  return solution.kind === 'solved' ? solution.values : undefined;
}

test('of small programs the cheapest solution comes of the dearest, most often', () => {
  let [checked, cheapest] = [0, 0];
  for (let seed = 1; seed <= 100; seed += 1) {
    const program = smallProgram(seed);
    const start = dear(program);
    if (start === undefined) continue;
    const values = anneal(program, { start, prices: program.rows.map(() => 1), passed: looks(60) });
    expect(wrongWith(program, values), `seed ${seed}`).toBeUndefined();
    expect(costOf(program, values), `seed ${seed}`).toBeLessThanOrEqual(costOf(program, start) + 1e-6);
    checked += 1;
    if (costOf(program, values) < (cheapestByHand(program) ?? Number.NaN) + 1e-6) cheapest += 1;
  }
  expect(checked).toBeGreaterThan(30);
  expect(cheapest).toBeGreaterThanOrEqual(checked - 2);
});

test('a placement of forty deployments gets far cheaper, and breaks no row', { timeout: 60_000 }, () => {
  const { program } = formulate(realisticProblem(3, { deployments: 40, sites: 20, room: 4 }));
  const any = solveWhole(highs, program, { gap: 0.9, withinMs: 30_000 });
  if (any.kind !== 'solved') throw new Error(JSON.stringify(any));
  const values = anneal(program, { start: any.values, prices: program.rows.map(() => 0), passed: looks(700) });
  expect(wrongWith(program, values)).toBeUndefined();
  expect(costOf(program, values)).toBeLessThan(0.5 * any.cost);
});

test('what is not whole follows what is: it is no more than rows ask for', () => {
  const whole = { cost: 1, least: 0, most: 9, isWhole: true };
  const program = {
    columns: [whole, { cost: 2, least: 0, most: 9, isWhole: false }],
    // At least three of the first; of the second what the first is beyond 2.
    rows: [
      { least: 3, most: 9, terms: [[0, 1] as const] },
      { least: Number.NEGATIVE_INFINITY, most: 2, terms: [[0, 1] as const, [1, -1] as const] },
    ],
  };
  const values = anneal(program, { start: [8, 7], prices: [1, 1], passed: looks(20) });
  expect(values[0]).toBe(3);
  expect(values[1]).toBeCloseTo(1, 5);
});

test('no time: what it began with', () => {
  const program = smallProgram(3);
  const start = program.columns.map(() => 0);
  expect(anneal(program, { start, prices: program.rows.map(() => 1), passed: () => 1 })).toEqual(start);
});

test('rows that others imply are kept without a look at them', { timeout: 30_000 }, () => {
  const { program } = formulate(realisticProblem(3, { deployments: 10, sites: 8, room: 4 }));
  expect(program.rows.filter(({ isImplied }) => isImplied).length).toBeGreaterThan(20);
  const without = { ...program, rows: program.rows.filter(({ isImplied }) => isImplied !== true) };
  const solution = solveWhole(highs, without, { gap: 0.05, withinMs: 5000 });
  if (solution.kind !== 'solved') throw new Error(JSON.stringify(solution));
  expect(wrongWith(program, solution.values)).toBeUndefined();
});
