import { expect, test } from 'vitest';
import { allocationToday, costOf, readAllocation, valuesOf } from '../../../src/core/placement/allocation.ts';
import { brokenRules } from '../../../src/core/placement/broken.ts';
import { formulate } from '../../../src/core/placement/formulate.ts';
import { steadyUsd } from '../../../src/model/placement-problem.ts';
import { loadSolver } from '../../../src/solver/load.ts';
import { solveWhole } from '../../../src/solver/solve.ts';
import { wrongWith } from '../../solver/support/programs.ts';
import { cheapestByHand, totalOf } from './support/cheapest.ts';
import { brokenBy, smallProblem } from './support/problems.ts';

const highs = await loadSolver();
const optimum = { gap: 0, withinMs: 10_000 };

test('a thousand small problems cost what the best of all allocations costs, and keep to every rule', {
  timeout: 120_000,
}, () => {
  let solved = 0;
  for (let seed = 1; seed <= 1000; seed += 1) {
    const problem = smallProblem(seed);
    const formulated = formulate(problem);
    const solution = solveWhole(highs, formulated.program, optimum);
    const byHand = cheapestByHand(problem);
    if (byHand === undefined) {
      expect(solution, `seed ${seed}`).toEqual({ kind: 'infeasible' });
      continue;
    }
    solved += 1;
    expect(brokenBy(problem, byHand), `by hand, seed ${seed}`).toEqual([]);
    if (solution.kind !== 'solved') throw new Error(`seed ${seed}: ${JSON.stringify(solution)}`);
    const found = readAllocation(problem.choices, formulated, solution.values);
    expect(brokenBy(problem, found), `seed ${seed}`).toEqual([]);
    expect(totalOf(problem, found), `seed ${seed}`).toBeCloseTo(totalOf(problem, byHand), 5);
    const cost = costOf(problem, found);
    const moved = totalOf(problem, found) - (steadyUsd(cost) - problem.paidUsdPerHour + cost.moves);
    expect(moved, `seed ${seed}`).toBeGreaterThanOrEqual(-1e-9);
    expect(moved, `seed ${seed}`).toBeLessThanOrEqual(0.02 + 1e-9);
  }
  expect(solved).toBeGreaterThan(300);
  expect(solved).toBeLessThan(950);
});

test('what an allocation is written as is what it is read from', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const problem = smallProblem(seed);
    const formulated = formulate(problem);
    const today = allocationToday(problem);
    const read = readAllocation(problem.choices, formulated, valuesOf(problem.choices, formulated, today));
    expect(read.replicas).toEqual(today.replicas);
    for (const [deployment, weights] of Object.entries(today.weights)) {
      const routed = Object.fromEntries(Object.entries(weights).filter(([, pct]) => pct !== 0));
      expect(read.weights[deployment]).toEqual(routed);
    }
  }
});

test('an allocation breaks the rules that an independent check says it breaks', () => {
  let kept = 0;
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 1000; seed += 1) {
    const problem = smallProblem(seed);
    const formulated = formulate(problem);
    const today = allocationToday(problem);
    const routed = problem.loads.every((load) => load.today !== undefined);
    const broken = brokenBy(problem, today).filter((name) => name !== 'served');
    if (routed) kept += 1;
    if (routed && broken.length === 0 && brokenBy(problem, today).length === 0)
      expect(
        wrongWith(formulated.program, valuesOf(problem.choices, formulated, today)),
        `seed ${seed}`,
      ).toBeUndefined();
    // Whoever keeps a headroom serves the demand too, so that its rule has no rows.
    const named = brokenRules(problem.choices, formulated, today);
    const hasRows = (name: string): boolean =>
      formulated.ruleRows.get(name)?.[0] !== formulated.ruleRows.get(name)?.[1];
    if (routed) expect(named, `seed ${seed}`).toEqual(broken.filter(hasRows));
    for (const name of named) kinds.add(name.split(' ')[0] ?? '');
  }
  expect(kept).toBeGreaterThan(300);
  expect(kinds.size).toBeGreaterThan(8);
});
