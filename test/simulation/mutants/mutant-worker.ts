/** A thread of its own for each fault: puts it in, then loads the simulator, then runs every seed it is sent. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { SimOptions } from '../../../src/sim/options.ts';
import { drillsFrom, type Mutant, peopleFrom, rebalancesFrom } from './mutant.ts';
import { installMutant } from './mutate.ts';

/** What a world showed: violations, and a name for all that happened in it. */
export interface Sight {
  readonly found: readonly Finding[];
  /** The same as without the fault: it was never reached, or changes nothing. */
  readonly trace: string;
}

export interface Finding {
  /** Of `I1` … `I34`, or what ended the run in another way. */
  readonly invariant: string;
  readonly message: string;
}

/** The only place that knows how a seed is run. Nothing of the simulator may be loaded before the fault is in. */
async function loadSimulator(): Promise<(seed: number) => Promise<() => Sight>> {
  const { simulate } = await import('../../../src/sim/run-seed.ts');
  const { drawOptions, peopleOptions } = await import('../../../src/sim/options.ts');
  const { drillOptions } = await import('../../../src/sim/drill-options.ts');
  const { runFast } = await import('../../../src/sim/drain.ts');
  const { rebalanceOptions } = await import('../../../src/sim/rebalance-options.ts');
  const { seedTree } = await import('../../../src/sim/seed-tree.ts');
  const optionsOf = (seed: number): SimOptions => {
    const seeds = seedTree(seed);
    const random = seeds.stream('options');
    if (seed >= rebalancesFrom) return rebalanceOptions(drawOptions(seed, random), seeds.stream('rebalance-options'));
    if (seed >= drillsFrom) return drillOptions(drawOptions(seed, random), seeds.stream('drill-options'));
    return (seed >= peopleFrom ? peopleOptions : drawOptions)(seed, random);
  };
  return async (seed) => {
    const options = optionsOf(seed);
    // Few worlds need it, and it takes its time.
    const terms = options.rebalance === undefined ? {} : { solve: await (await import('../solve.ts')).loadSolve() };
    return () => {
      const { violations, traceHash } = runFast(untilStopped(simulate(options, terms)));
      return { found: violations.map(({ invariant, message }) => ({ invariant, message })), trace: traceHash };
    };
  };
}

/** `stop`: not 0 once nobody waits for the world any more. */
export interface ThreadData {
  readonly mutant: Mutant | undefined;
  readonly stop: Int32Array;
}

/** A thread that is ended while it runs microtasks goes on with the next event: so each asks first. */
function* untilStopped<T>(world: Generator<void, T>): Generator<void, T> {
  for (;;) {
    if (Atomics.load(stop, 0) !== 0) throw new Error('stopped');
    const { done, value } = world.next();
    if (done === true) return value;
    yield;
  }
}

// Each fault loads the whole simulator: what is the same as without it is not compiled anew. Told apart by content.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/simulator', import.meta.url)));
const { mutant, stop } = workerData as ThreadData;
if (mutant !== undefined) installMutant(mutant);
const run = await loadSimulator();
flushCompileCache();
parentPort?.on('message', async (seed: number) => {
  const look = await run(seed);
  // Not from inside a microtask: the simulator runs those itself.
  setImmediate(() => {
    parentPort?.postMessage(look());
  });
});
