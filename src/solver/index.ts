/** HiGHS in a worker. */
import { Worker } from 'node:worker_threads';
import type { Program, Solution } from '../model/program.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Solver, SolveTerms } from '../ports/solver.ts';
import type { SolveAnswer, SolveRequest } from './worker.ts';

/** After its time a program still has this long to be answered: what does not answer is ended, milliseconds. */
const graceMs = 5000;

/** `workerUrl`: of `worker.ts`, or of what was built of it. The worker is started with the first program. */
export function createSolver(workerUrl: URL): Solver {
  let worker: Worker | undefined;
  const waiting = new Map<number, (solution: Solution) => void>();
  let nextId = 0;
  const drop = (message: string): void => {
    const dropped = worker;
    worker = undefined;
    for (const answer of waiting.values()) answer({ kind: 'unknown', message });
    waiting.clear();
    void dropped?.terminate();
  };
  const open = (): Worker => {
    if (worker !== undefined) return worker;
    const opened = new Worker(workerUrl);
    worker = opened;
    opened.on('message', ({ id, solution }: SolveAnswer) => {
      waiting.get(id)?.(solution);
      waiting.delete(id);
    });
    const lost = (message: string): void => {
      if (worker === opened) drop(message);
    };
    opened.on('error', (error) => lost(`the solver failed: ${error.message}`));
    opened.on('exit', (code) => lost(`the solver ended with ${code}`));
    // One that nobody waits for keeps no process from ending; whoever listens for messages holds it open.
    opened.unref();
    return opened;
  };
  return {
    solve(program: Program, terms: SolveTerms, call: ReadCall): Promise<Solution> {
      const { promise, resolve } = Promise.withResolvers<Solution>();
      if (call.signal.aborted) return Promise.resolve({ kind: 'unknown', message: 'it was called off' });
      const id = nextId;
      nextId += 1;
      const stop = (): void => drop('it was called off');
      const overdue = setTimeout(() => drop('the solver did not answer in time'), terms.withinMs + graceMs);
      call.signal.addEventListener('abort', stop, { once: true });
      waiting.set(id, (solution) => {
        clearTimeout(overdue);
        call.signal.removeEventListener('abort', stop);
        resolve(solution);
      });
      const request: SolveRequest = { id, program, terms };
      open().postMessage(request);
      return promise;
    },
    async close() {
      drop('the solver was closed');
    },
  };
}
