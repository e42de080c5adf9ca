/** Runs simulated worlds with each fault in until one of them shows it, and the same world without it does not. */
import type { Mutant } from './mutant.ts';
import { MutantThread } from './mutant-thread.ts';
import type { Finding, Sight } from './mutant-worker.ts';

export interface RunTerms {
  /** Threads that run at a time, from 1. */
  readonly workers: number;
  /** For each mutant, in milliseconds of real time; no world is begun after it. */
  readonly budgetMs: number;
  /** In the order they are tried. */
  readonly seedsFor: (mutant: Mutant) => Iterable<number>;
  /** Goes on after a kill by an invariant that the mutant does not name, until one that it names. */
  readonly isNamedWanted?: boolean;
  /** Runs every seed without the fault as well, to count the worlds in which the fault changes anything. */
  readonly isCompared?: boolean;
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
  /** Of these, in how many something happened that does not without the fault; undefined unless compared. */
  readonly strayed: number | undefined;
  readonly ms: number;
}

/** In the order of the mutants, whichever is done first. */
export async function runMutants(mutants: readonly Mutant[], terms: RunTerms): Promise<readonly MutantResult[]> {
  const results = new Map<string, MutantResult>();
  const left = [...mutants];
  /** What each seed shows without any fault. */
  const sound = new Map<number, Promise<Sight>>();
  const lane = async (): Promise<void> => {
    const control = new MutantThread(undefined, terms.seedLimitMs);
    // Asked while the mutant's thread rests, so that no more threads run than may.
    const soundAt = (seed: number): Promise<Sight> => {
      const asked = sound.get(seed) ?? control.run(seed);
      sound.set(seed, asked);
      return asked;
    };
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const result = await hunt(mutant, terms, soundAt);
      results.set(mutant.name, result);
      terms.onResult?.(result);
    }
    await control.close();
  };
  await Promise.all(Array.from({ length: terms.workers }, lane));
  return mutants.flatMap(({ name }) => results.get(name) ?? []);
}

async function hunt(
  mutant: Mutant,
  { budgetMs, seedsFor, isNamedWanted = false, isCompared = false, seedLimitMs }: RunTerms,
  soundAt: (seed: number) => Promise<Sight>,
): Promise<MutantResult> {
  const beganMs = performance.now();
  const thread = new MutantThread(mutant, seedLimitMs);
  const names: readonly string[] = mutant.breaks;
  const counts = { seeds: 0, spoilt: 0, strayed: 0 };
  let by: MutantResult['by'];
  for (const seed of seedsFor(mutant)) {
    if (performance.now() - beganMs >= budgetMs) break;
    counts.seeds += 1;
    const { found, trace } = await thread.run(seed);
    if (isCompared && trace !== (await soundAt(seed)).trace) counts.strayed += 1;
    const [first] = found;
    if (first === undefined) continue;
    if ((await soundAt(seed)).found.length > 0) {
      counts.spoilt += 1;
      continue;
    }
    const named = found.find(({ invariant }) => names.includes(invariant));
    if (by === undefined || named !== undefined) by = { ...(named ?? first), seed };
    if (named !== undefined || !isNamedWanted) break;
  }
  await thread.close();
  return {
    ...{ name: mutant.name, isKilled: by !== undefined, by, isNamed: names.includes(by?.invariant ?? '') },
    ...counts,
    strayed: isCompared ? counts.strayed : undefined,
    ms: Math.round(performance.now() - beganMs),
  };
}
