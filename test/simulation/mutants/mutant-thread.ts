/** A worker with one fault in it, or none; one that died or hangs is begun anew for the next seed. */
import { Worker } from 'node:worker_threads';
import type { Mutant } from './mutant.ts';
import type { Finding, Sight, ThreadData } from './mutant-worker.ts';

const usualSeedLimitMs = 30_000;

export class MutantThread {
  readonly #mutant: Mutant | undefined;
  readonly #seedLimitMs: number;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;

  constructor(mutant: Mutant | undefined, seedLimitMs = usualSeedLimitMs) {
    this.#mutant = mutant;
    this.#seedLimitMs = seedLimitMs;
  }

  /** An exception that nobody caught and a world without end are findings too. One seed at a time. */
  async run(seed: number): Promise<Sight> {
    this.#worker ??= new Worker(new URL('./mutant-worker.ts', import.meta.url), {
      workerData: { mutant: this.#mutant, stop: this.#stop } satisfies ThreadData,
    });
    const worker = this.#worker;
    const { promise, resolve } = Promise.withResolvers<Sight | Finding>();
    const timer = setTimeout(
      () => resolve({ invariant: 'endless', message: `not over after ${this.#seedLimitMs} ms` }),
      this.#seedLimitMs,
    );
    const onError = (thrown: unknown): void => resolve({ invariant: 'exception', message: String(thrown) });
    worker.on('message', resolve);
    worker.on('error', onError);
    worker.postMessage(seed);
    const end = await promise;
    clearTimeout(timer);
    worker.off('message', resolve);
    worker.off('error', onError);
    if ('trace' in end) return end;
    await this.close();
    return { found: [end], trace: end.invariant };
  }

  async close(): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    await this.#worker?.terminate();
    this.#worker = undefined;
    Atomics.store(this.#stop, 0, 0);
  }
}
