/** The solver of simulated schedulers: the real one, in this thread, so that the same question has the same answer at the same moment. */
import type { Highs } from 'highs';
import type { Solution } from '../../src/model/program.ts';
import type { Solve } from '../../src/sim/rebalances.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { solveWhole } from '../../src/solver/solve.ts';

/** For one program, in milliseconds of this machine: far more than any takes, so that none ends by the clock. */
const withinMs = 60_000;
/** Answers that are kept: worlds ask much the same. */
const mostKept = 5000;

let loaded: Promise<Solve> | undefined;

/** Loaded once for each thread. */
export function loadSolve(): Promise<Solve> {
  loaded ??= loadSolver().then(remembering);
  return loaded;
}

function remembering(highs: Highs): Solve {
  const known = new Map<string, Solution>();
  return (program, { gap, start }) => {
    const question = JSON.stringify([program, gap, start]);
    const before = known.get(question);
    if (before !== undefined) return before;
    const solution = solveWhole(highs, program, { gap, withinMs, ...(start === undefined ? {} : { start }) });
    if (known.size >= mostKept) known.clear();
    known.set(question, solution);
    return solution;
  };
}
