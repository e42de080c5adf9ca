import { expect, test } from 'vitest';
import { formulate } from '../../src/core/placement/formulate.ts';
import type { Program } from '../../src/model/program.ts';
import type { SolveTerms } from '../../src/ports/solver.ts';
import { takeApart } from '../../src/solver/apart.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { solveAndRefill } from '../../src/solver/refill.ts';
import { solveWhole } from '../../src/solver/solve.ts';
import { realisticProblem } from '../core/placement/support/realistic.ts';
import { blockProgram, costOf, wrongWith } from './support/programs.ts';

const highs = await loadSolver();
const now = (): number => performance.now();

function refill(program: Program, terms: SolveTerms, nowMs = now) {
  const apart = takeApart(program);
  if (apart === undefined) throw new Error('it is in one piece');
  return solveAndRefill(highs, { program, apart }, terms, nowMs);
}

test('forty deployments with scarce machines: cheaper than in one piece, within every row, and a bound that holds', {
  timeout: 90_000,
}, () => {
  const { program } = formulate(realisticProblem(3, { deployments: 40, sites: 20, room: 4 }));
  const any = solveWhole(highs, program, { gap: 0.9, withinMs: 30_000 });
  if (any.kind !== 'solved') throw new Error(JSON.stringify(any));
  // A slow clock: HiGHS has 0.3 s for the whole, and the turns 9.7 s after it.
  const from = now();
  const slow = (): number => (now() - from) / 10;
  const solution = refill(program, { gap: 0.0005, withinMs: 1000, start: any.values }, slow);
  if (solution.kind !== 'solved') throw new Error(JSON.stringify(solution));
  expect(wrongWith(program, solution.values)).toBeUndefined();
  expect(solution.cost).toBeCloseTo(costOf(program, solution.values), 6);
  expect(solution.bound).toBeLessThanOrEqual(solution.cost);
  const whole = solveWhole(highs, program, { gap: 0.0005, withinMs: 300, start: any.values });
  if (whole.kind !== 'solved') throw new Error(JSON.stringify(whole));
  // By how much depends on what HiGHS meets in so short a time.
  expect(solution.cost).toBeLessThan(whole.cost);
  expect(whole.bound).toBeLessThanOrEqual(solution.cost + 1e-6);
});

test.for([1, 2, 3, 4, 5])('twelve blocks that are soon solved cost what they cost in one piece: seed %i', (seed) => {
  const program = blockProgram(seed, { blocks: 12, room: 1.2 });
  const terms = { gap: 0, withinMs: 20_000 };
  const [solution, whole] = [refill(program, terms), solveWhole(highs, program, terms)];
  if (solution.kind !== 'solved' || whole.kind !== 'solved') throw new Error('not solved');
  expect(wrongWith(program, solution.values)).toBeUndefined();
  expect(solution.cost).toBeCloseTo(whole.cost, 6);
});

test('what no room is enough for is infeasible', () => {
  expect(refill(blockProgram(7, { blocks: 12, room: 0.4 }), { gap: 0, withinMs: 10_000 })).toEqual({
    kind: 'infeasible',
  });
});
