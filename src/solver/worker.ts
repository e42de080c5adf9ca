/** Where programs are solved: a thread of its own, since HiGHS gives nothing else a turn. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../errors.ts';
import type { Program } from '../model/program.ts';
import type { SolveTerms } from '../ports/solver.ts';
import { loadSolver } from './load.ts';
import { solve } from './solve-apart.ts';

/** To the worker; it answers with a `Solution`. */
interface SolveRequest {
  readonly program: Program;
  readonly terms: SolveTerms;
}

const port = parentPort;
assert(port !== null, 'the solver runs in a worker');
const highs = loadSolver();

port.on('message', ({ program, terms }: SolveRequest) => {
  void highs.then((loaded) => port.postMessage(solve(loaded, program, terms, () => performance.now())));
});
