/** A program without whole numbers: a first bound, and what its rows are worth. */
import type { Highs } from 'highs';
import type { Program, Solution } from '../model/program.ts';
import { createHighsModel, secondsOf, solutionOf } from './highs-model.ts';

/** Dollars per hour for the bound, and for one more of what a row asks or allows. */
export interface Relaxation {
  readonly kind: 'priced';
  readonly bound: number;
  /** Of each row. */
  readonly rowPrices: readonly number[];
}

/** Solved without whole numbers, or how it ended instead. */
export function relax(
  highs: Highs,
  program: Program,
  withinMs: number,
): Relaxation | Exclude<Solution, { kind: 'solved' }> {
  const model = createHighsModel(highs, program, true);
  try {
    model.options.set({ solver: 'simplex', time_limit: secondsOf(withinMs) });
    model.run();
    const solution = solutionOf(highs, model, {
      ...program,
      columns: program.columns.map((each) => ({ ...each, isWhole: false })),
    });
    if (solution.kind !== 'solved') return solution;
    return { kind: 'priced', bound: solution.cost, rowPrices: [...model.getSolution().rowDual] };
  } finally {
    model.dispose();
  }
}

/** The same of the rows that may forbid something alone: implied ones would take their worth. Of those, and where time is short: 0. */
export function pricesOfAskers(highs: Highs, program: Program, withinMs: number): readonly number[] {
  const asking = [...program.rows.keys()].filter((row) => program.rows[row]?.isImplied !== true);
  const rows = asking.flatMap((row) => program.rows[row] ?? []);
  const relaxed = relax(highs, { ...program, rows }, withinMs);
  const prices = program.rows.map(() => 0);
  if (relaxed.kind === 'priced') for (const [at, row] of asking.entries()) prices[row] = relaxed.rowPrices[at] ?? 0;
  return prices;
}
