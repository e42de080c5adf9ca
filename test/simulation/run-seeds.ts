/** Many worlds on several threads. */
import { Worker } from 'node:worker_threads';
import { type Faults, optionsOf } from './draw.ts';
import { crashOf } from './run-world.ts';
import { type Part, Tally } from './tally.ts';
import { notBegun, slots, type WorkerTask } from './worker-task.ts';

export interface SeedTerms {
  readonly faults: Faults;
  readonly from: number;
  /** Undefined: until the signal. */
  readonly seeds: number | undefined;
  readonly workers: number;
  /** A world that takes this long does not end: others take a fraction of a second. Milliseconds, default 60,000. */
  readonly seedLimitMs?: number;
  /** After every report of a thread, with all so far. */
  readonly onProgress?: (tally: Tally) => void;
}

const usualSeedLimitMs = 60_000;
/** Between looks whether a thread got on, in milliseconds. */
const longestLookMs = 1000;
const mostSeeds = 2 ** 31 - 1;

/** After the signal every thread ends its world and begins no other. */
export async function runSeeds(terms: SeedTerms, signal: AbortSignal): Promise<Tally> {
  const control = new Int32Array(
    new SharedArrayBuffer((slots.firstThread + terms.workers) * Int32Array.BYTES_PER_ELEMENT),
  );
  control.fill(notBegun, slots.firstThread);
  const stop = (): void => void Atomics.store(control, slots.isOver, 1);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const tally = new Tally();
  const threads = Array.from({ length: terms.workers }, (_, thread) => runThread(terms, control, thread, tally));
  await Promise.all(threads);
  signal.removeEventListener('abort', stop);
  return tally;
}

async function runThread(
  terms: SeedTerms,
  control: Int32Array<SharedArrayBuffer>,
  thread: number,
  tally: Tally,
): Promise<void> {
  const { faults, from, seeds = mostSeeds, seedLimitMs = usualSeedLimitMs } = terms;
  const workerData: WorkerTask = { control, thread, faults, from, seeds };
  const worker = new Worker(new URL('./sim-worker.ts', import.meta.url), { workerData });
  const { promise, resolve } = Promise.withResolvers<void>();
  const slot = slots.firstThread + thread;
  const fail = (thrown: unknown): void => {
    tally.fail(optionsOf(faults, from + Math.max(0, Atomics.load(control, slot))), [crashOf(thrown)]);
    resolve();
  };
  let seen = { turn: notBegun, sinceMs: performance.now() };
  const watch = setInterval(
    () => {
      const turn = Atomics.load(control, slot);
      if (turn === notBegun || turn !== seen.turn) seen = { turn, sinceMs: performance.now() };
      else if (performance.now() - seen.sinceMs > seedLimitMs) fail(`the world does not end: ${seedLimitMs} ms`);
    },
    Math.min(longestLookMs, seedLimitMs / 4),
  );
  worker.on('message', (part: Part) => {
    tally.merge(part);
    terms.onProgress?.(tally);
  });
  worker.on('error', fail);
  worker.on('exit', () => resolve());
  await promise;
  clearInterval(watch);
  await worker.terminate();
}
