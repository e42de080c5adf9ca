/** A thread of its own for each fault: puts it in, then loads the simulator, then runs every seed it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Mutant } from './mutant.ts';
import { installMutant } from './mutate.ts';

/** What a world showed. */
export interface Finding {
  /** Of `I1` … `I34`, or what ended the run in another way. */
  readonly invariant: string;
  readonly message: string;
}

/** The only place that knows how a seed is run. Nothing of the simulator may be loaded before the fault is in. */
async function loadSimulator(): Promise<(seed: number) => readonly Finding[]> {
  const { simulate } = await import('../../../src/sim/run-seed.ts');
  const { drawOptions } = await import('../../../src/sim/options.ts');
  const { runFast } = await import('../../../src/sim/drain.ts');
  const { seedTree } = await import('../../../src/sim/seed-tree.ts');
  return (seed) => runFast(simulate(drawOptions(seed, seedTree(seed).stream('options')))).violations;
}

const { mutant } = workerData as { readonly mutant: Mutant | undefined };
if (mutant !== undefined) installMutant(mutant);
const run = await loadSimulator();
parentPort?.on('message', (seed: number) => {
  // Not from inside a microtask: the simulator runs those itself.
  setImmediate(() => {
    const found = run(seed).map(({ invariant, message }): Finding => ({ invariant, message }));
    parentPort?.postMessage(found);
  });
});
