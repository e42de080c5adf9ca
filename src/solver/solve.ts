/** Solves a program in one piece. */
import type { Highs } from 'highs';
import type { Program, Solution } from '../model/program.ts';
import type { SolveTerms } from '../ports/solver.ts';
import { createHighsModel, secondsOf, solutionOf } from './highs-model.ts';

/** Blocks until it is solved, or the time is over. */
export function solveWhole(highs: Highs, program: Program, { gap, withinMs, start }: SolveTerms): Solution {
  const model = createHighsModel(highs, program);
  try {
    // The gap is the one that was asked for: HiGHS would stop at a small absolute one too.
    model.options.set({ time_limit: secondsOf(withinMs), mip_rel_gap: gap, mip_abs_gap: 0 });
    if (start !== undefined) model.setSolution({ colValue: Float64Array.from(start) });
    model.run();
    return solutionOf(highs, model, program);
  } finally {
    model.dispose();
  }
}
