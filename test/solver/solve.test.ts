import { expect, test } from 'vitest';
import { loadSolver } from '../../src/solver/load.ts';
import { solveWhole } from '../../src/solver/solve.ts';
import { cheapestByHand, costOf, smallProgram, wrongWith } from './support/programs.ts';

const highs = await loadSolver();
const optimum = { gap: 0, withinMs: 10_000 };

test('three hundred small programs cost what the best of all choices costs, or have none', () => {
  let solved = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const program = smallProgram(seed);
    const solution = solveWhole(highs, program, optimum);
    const byHand = cheapestByHand(program);
    if (byHand === undefined) {
      expect(solution, `seed ${seed}`).toEqual({ kind: 'infeasible' });
      continue;
    }
    solved += 1;
    if (solution.kind !== 'solved') throw new Error(`seed ${seed}: ${JSON.stringify(solution)}`);
    expect(wrongWith(program, solution.values), `seed ${seed}`).toBeUndefined();
    expect(costOf(program, solution.values), `seed ${seed}`).toBeCloseTo(byHand, 6);
    expect(solution.bound, `seed ${seed}`).toBeCloseTo(byHand, 5);
  }
  expect(solved).toBeGreaterThan(100);
  expect(solved).toBeLessThan(300);
});

test('a program without whole numbers has its cost for a bound', () => {
  const column = { cost: 2, least: 0, most: 10, isWhole: false };
  const rows = [{ least: 2.5, most: Number.POSITIVE_INFINITY, terms: [[0, 1] as const] }];
  expect(solveWhole(highs, { columns: [column], rows }, optimum)).toEqual({
    kind: 'solved',
    values: [2.5],
    cost: 5,
    bound: 5,
  });
});

test('what cannot be found in no time is unknown, and not infeasible', () => {
  const columns = Array.from({ length: 60 }, (_, index) => {
    return { cost: 1 + ((index * 7) % 5), least: 0, most: 1, isWhole: true };
  });
  const sum = columns.map((_, index) => [index, 2 + ((index * 13) % 11)] as const);
  const rows = [{ least: 171, most: 171, terms: sum }];
  expect(solveWhole(highs, { columns, rows }, { gap: 0, withinMs: 0 })).toEqual({
    kind: 'unknown',
    message: 'no solution was found in time',
  });
});
