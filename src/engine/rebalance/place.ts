/** Finds the cheapest allocation, or says which rules cannot be kept together. */
import { allocationToday, readAllocation, valuesOf } from '../../core/placement/allocation.ts';
import { formulate } from '../../core/placement/formulate.ts';
import { isAbout } from '../../core/placement/parts.ts';
import type { Allocation, PlacementProblem, PlacementRule } from '../../model/placement-problem.ts';
import type { Program, Solution } from '../../model/program.ts';
import type { Solver } from '../../ports/solver.ts';
import { type Conflict, findConflict, type Possible } from './conflict.ts';

/** The best that was found, or the rules that leave none, or that neither came out. */
export type Placed =
  | {
      readonly kind: 'placed';
      readonly allocation: Allocation;
      /** Of the cost that was made least, dollars per hour: nothing costs less than `bound`. */
      readonly cost: number;
      readonly bound: number;
    }
  | ({ readonly kind: 'impossible' } & Conflict)
  /** Not found, and not shown to be impossible, in the time there was. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Who is asked, and when an answer is good enough or too late. */
export interface PlaceTerms {
  readonly solver: Solver;
  readonly signal: AbortSignal;
  /** For all questions together: monotonic milliseconds now, and when it is over. */
  readonly monoMs: () => number;
  readonly untilMonoMs: number;
  /** Good enough: (cost − bound) ÷ cost, 0–1. */
  readonly gap: number;
}

/** Of the time there is, finding the allocation gets this share; why there is none gets what is left. */
const placingRatio = 0.7;

export async function place(problem: PlacementProblem, terms: PlaceTerms): Promise<Placed> {
  const formulated = formulate(problem);
  const start = valuesOf(problem.choices, formulated, allocationToday(problem));
  const withinMs = leftMs(terms) * placingRatio;
  const solution = await ask(formulated.program, { ...terms, withinMs, start });
  switch (solution.kind) {
    case 'solved': {
      const allocation = readAllocation(problem.choices, formulated, solution.values);
      const { cost, bound } = solution;
      return { kind: 'placed', allocation, cost: cost + problem.paidUsdPerHour, bound: bound + problem.paidUsdPerHour };
    }
    case 'unknown':
      return solution;
    case 'infeasible':
      return { kind: 'impossible', ...(await explain(problem, terms)) };
  }
}

async function explain(problem: PlacementProblem, terms: PlaceTerms): Promise<Conflict> {
  const narrowed = await narrow(problem, terms);
  return await findConflict(narrowed.rules, (rules) => isPossible({ ...narrowed, rules }, terms));
}

/** One deployment that is impossible by itself, if there is one: most conflicts are, and its program is small. */
async function narrow(problem: PlacementProblem, terms: PlaceTerms): Promise<PlacementProblem> {
  if (problem.loads.length === 1) return problem;
  for (const load of problem.loads) {
    const { deployment } = load;
    const isOwn = (rule: PlacementRule): boolean => !('deployment' in rule) || isAbout(rule, deployment);
    const choices = problem.choices.filter((choice) => choice.deployment === deployment);
    const alone = { ...problem, loads: [load], choices, rules: problem.rules.filter(isOwn) };
    if ((await isPossible(alone, terms)) === 'no') return alone;
  }
  return problem;
}

/** Nothing is asked of the cost. */
async function isPossible(problem: PlacementProblem, terms: PlaceTerms): Promise<Possible> {
  const { columns, rows } = formulate(problem).program;
  const program = { columns: columns.map((column) => ({ ...column, cost: 0 })), rows };
  const { kind } = await ask(program, { ...terms, withinMs: leftMs(terms) });
  return kind === 'solved' ? 'yes' : kind === 'infeasible' ? 'no' : 'unknown';
}

function leftMs({ monoMs, untilMonoMs }: PlaceTerms): number {
  return Math.max(0, untilMonoMs - monoMs());
}

interface Question extends PlaceTerms {
  readonly withinMs: number;
  readonly start?: readonly number[];
}

function ask(program: Program, { solver, signal, untilMonoMs, gap, withinMs, start }: Question): Promise<Solution> {
  const terms = { gap, withinMs, ...(start === undefined ? {} : { start }) };
  return solver.solve(program, terms, { signal, deadlineAtMonoMs: untilMonoMs });
}
