/** HiGHS in a worker, one program after the other. */
import { Worker } from 'node:worker_threads';
import type { Program, Solution } from '../model/program.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Solver, SolveTerms } from '../ports/solver.ts';

/** After its time a program still has this long to be answered: what does not answer is ended, milliseconds. */
const graceMs = 5000;

/** `workerUrl`: of `worker.ts`, or of what was built of it. The worker is started with the first program. */
export function createSolver(workerUrl: URL): Solver {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const closed = new AbortController();
  const end = (): void => {
    const ended = worker;
    worker = undefined;
    void ended?.terminate();
  };
  /** Its time counts from its turn. Whatever ends it early ends the worker too: HiGHS cannot be asked to stop. */
  const solveNow = (program: Program, terms: SolveTerms, signal: AbortSignal): Promise<Solution> => {
    const { promise, resolve } = Promise.withResolvers<Solution>();
    if (closed.signal.aborted) return Promise.resolve(unknown('the solver was closed'));
    if (signal.aborted) return Promise.resolve(unknown('it was called off'));
    worker ??= new Worker(workerUrl);
    const used = worker;
    const over = new AbortController();
    const settle = (solution: Solution, isLost: boolean): void => {
      over.abort();
      clearTimeout(overdue);
      for (const [event, listener] of Object.entries(listeners)) used.off(event, listener);
      // One that nobody waits for keeps no process from ending.
      used.unref();
      if (isLost) end();
      resolve(solution);
    };
    const lose = (message: string): void => settle(unknown(message), true);
    const overdue = setTimeout(() => lose('the solver did not answer in time'), terms.withinMs + graceMs);
    signal.addEventListener('abort', () => lose('it was called off'), { signal: over.signal });
    closed.signal.addEventListener('abort', () => lose('the solver was closed'), { signal: over.signal });
    const listeners = {
      message: (solution: Solution) => settle(solution, false),
      error: (error: Error) => lose(`the solver failed: ${error.message}`),
      exit: (code: number) => lose(`the solver ended with ${code}`),
    };
    for (const [event, listener] of Object.entries(listeners)) used.on(event, listener);
    used.ref();
    used.postMessage({ program, terms });
    return promise;
  };
  return {
    solve(program: Program, terms: SolveTerms, call: ReadCall): Promise<Solution> {
      const solved = last.then(() => solveNow(program, terms, call.signal));
      last = solved;
      return solved;
    },
    async close() {
      closed.abort();
      await last;
      end();
    },
  };
}

function unknown(message: string): Solution {
  return { kind: 'unknown', message };
}
