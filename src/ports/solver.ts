/** Solves linear programs with whole numbers in them. */
import type { Program, Solution } from '../model/program.ts';
import type { ReadCall } from './call.ts';

export interface SolveTerms {
  /** Good enough: (cost − bound) ÷ cost, 0–1. 0: the optimum. */
  readonly gap: number;
  /** The best there is by then is the answer, milliseconds. */
  readonly withinMs: number;
  /** A solution to begin with, a value for each column; it need not be feasible. */
  readonly start?: readonly number[];
}

export interface Solver {
  /** Never rejects: what it could not do is `unknown`. */
  solve(program: Program, terms: SolveTerms, call: ReadCall): Promise<Solution>;
  /** Gives back what it holds. */
  close(): Promise<void>;
}
