/** Runs simulated worlds with each fault in until one of them shows it, and the same world without it does not. */
import { Worker } from 'node:worker_threads';
import type { Mutant } from './mutant.ts';
import type { Finding } from './mutant-worker.ts';

export interface RunTerms {
  /** Threads that run at a time, from 1. */
  readonly workers: number;
  /** For each mutant, in milliseconds of real time; no world is begun after it. */
  readonly budgetMs: number;
  /** In the order they are tried. */
  readonly seedsFor: (mutant: Mutant) => Iterable<number>;
  /** Goes on after a kill by an invariant that the mutant does not name, until one that it names. */
  readonly isNamedWanted?: boolean;
  /** A world that takes this long does not end: others take a fraction of a second. Milliseconds, default 30,000. */
  readonly seedLimitMs?: number;
  readonly onResult?: (result: MutantResult) => void;
}

export interface MutantResult {
  readonly name: string;
  readonly isKilled: boolean;
  /** The first kill, or the first by an invariant that the mutant names where that was wanted. */
  readonly by: (Finding & { readonly seed: number }) | undefined;
  /** Whether that invariant is one that the mutant names. */
  readonly isNamed: boolean;
  /** Worlds run with the fault in, up to the kill. */
  readonly seeds: number;
  /** Of these, how many showed something that the sound code shows as well: they count for nothing. */
  readonly spoilt: number;
  readonly ms: number;
}

const usualSeedLimitMs = 30_000;

/** In the order of the mutants, whichever is done first. */
export async function runMutants(mutants: readonly Mutant[], terms: RunTerms): Promise<readonly MutantResult[]> {
  const results = new Map<string, MutantResult>();
  const left = [...mutants];
  const soundness: Soundness = new Map();
  const lane = async (): Promise<void> => {
    const control = new Thread(undefined, terms.seedLimitMs);
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const result = await hunt(mutant, terms, (seed) => isSound(control, soundness, seed));
      results.set(mutant.name, result);
      terms.onResult?.(result);
    }
    await control.close();
  };
  await Promise.all(Array.from({ length: terms.workers }, lane));
  return mutants.flatMap(({ name }) => results.get(name) ?? []);
}

/** What is known of each seed without any fault. */
type Soundness = Map<number, Promise<readonly Finding[]>>;

/** A lane asks while its mutant's thread rests, so that no more threads run than may. */
async function isSound(control: Thread, known: Soundness, seed: number): Promise<boolean> {
  const asked = known.get(seed) ?? control.run(seed);
  known.set(seed, asked);
  return (await asked).length === 0;
}

async function hunt(
  mutant: Mutant,
  { budgetMs, seedsFor, isNamedWanted = false, seedLimitMs }: RunTerms,
  isSoundAt: (seed: number) => Promise<boolean>,
): Promise<MutantResult> {
  const beganMs = performance.now();
  const thread = new Thread(mutant, seedLimitMs);
  const names: readonly string[] = mutant.breaks;
  let by: MutantResult['by'];
  let seeds = 0;
  let spoilt = 0;
  for (const seed of seedsFor(mutant)) {
    if (performance.now() - beganMs >= budgetMs) break;
    seeds += 1;
    const found = await thread.run(seed);
    const [first] = found;
    if (first === undefined) continue;
    if (!(await isSoundAt(seed))) {
      spoilt += 1;
      continue;
    }
    const named = found.find(({ invariant }) => names.includes(invariant));
    if (by === undefined || named !== undefined) by = { ...(named ?? first), seed };
    if (named !== undefined || !isNamedWanted) break;
  }
  await thread.close();
  const isNamed = by !== undefined && names.includes(by.invariant);
  const ms = Math.round(performance.now() - beganMs);
  return { name: mutant.name, isKilled: by !== undefined, by, isNamed, seeds, spoilt, ms };
}

/** A worker with one fault in it, or none; one that died or hangs is begun anew for the next seed. */
class Thread {
  readonly #mutant: Mutant | undefined;
  readonly #seedLimitMs: number;
  #worker: Worker | undefined;

  constructor(mutant: Mutant | undefined, seedLimitMs = usualSeedLimitMs) {
    this.#mutant = mutant;
    this.#seedLimitMs = seedLimitMs;
  }

  /** An exception that nobody caught and a world without end are findings too. One seed at a time. */
  async run(seed: number): Promise<readonly Finding[]> {
    this.#worker ??= new Worker(new URL('./mutant-worker.ts', import.meta.url), {
      workerData: { mutant: this.#mutant },
    });
    const worker = this.#worker;
    const { promise, resolve } = Promise.withResolvers<readonly Finding[] | Finding>();
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
    if (isFindings(end)) return end;
    await this.close();
    return [end];
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function isFindings(end: readonly Finding[] | Finding): end is readonly Finding[] {
  return Array.isArray(end);
}
