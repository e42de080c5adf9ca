/** `npm run sim`: worlds by the thousand, each with its own misfortunes; a violation is printed with the line to replay it. */
import type { SimOptions } from '../../src/sim/options.ts';
import { kills } from './mutants/kills.ts';
import { drillsFrom, peopleFrom, rebalancesFrom } from './mutants/mutant.ts';
import { seen } from './mutants/mutants.ts';
import { type MutantResult, runMutants } from './mutants/run-mutants.ts';
import { openProgress } from './progress.ts';
import { storeRegress } from './regress.ts';
import { replay, replayText } from './replay.ts';
import { parseReplay, type ReplayLine, readCommit } from './replay-line.ts';
import { type PointTally, runPoints } from './run-points.ts';
import { runSeeds } from './run-seeds.ts';
import { type ShrunkWorld, shrinkWorld } from './shrink-world.ts';
import {
  mutantLine,
  mutantsText,
  pointsLine,
  pointsText,
  progressLine,
  type RunFacts,
  shrunkText,
  summaryJson,
  summaryText,
} from './sim-text.ts';
import { Tally } from './tally.ts';
import { readTerms, type Terms, UsageError, usage } from './terms.ts';

/** For each mutant, in milliseconds: what is not found by then counts as survived. */
const mutantBudgetMs = 60_000;
/** For cutting down what was found, in milliseconds. */
const shrinkMs = 60_000;
/** A terminal and npm send the same Ctrl-C twice: what comes within this time counts once, in milliseconds. */
const doubledMs = 1000;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let terms: Terms;
  try {
    terms = readTerms(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`sim: ${error.message}\n\n${usage}`);
    return 2;
  }
  if (terms.isHelp) {
    console.log(usage);
    return 0;
  }
  return terms.replay === undefined ? run(terms) : showAgain(terms.replay, terms);
}

async function showAgain(text: string, { hasJournal, isJson, regress }: Terms): Promise<number> {
  let line: ReplayLine;
  try {
    line = parseReplay(text);
  } catch (error) {
    console.error(`sim: --replay: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const commit = readCommit();
  if (line.commit !== commit)
    console.error(`sim: seen with ${line.commit}, this is ${commit}: it may come out otherwise`);
  if (regress !== undefined) return await keep({ ...line, commit }, regress);
  const replayed = await replay(line, hasJournal);
  console.log(isJson ? JSON.stringify(replayed) : replayText(replayed));
  return replayed.violations.length > 0 ? 1 : 0;
}

async function keep(line: ReplayLine, title: string): Promise<number> {
  const shrunk = await shrinkWorld(line, shrinkMs);
  if (shrunk === undefined) {
    console.error('sim: --regress: this world breaks nothing, so there is nothing to keep');
    return 1;
  }
  console.log(`${shrunkText(shrunk)}\n  ${storeRegress(shrunk, title)}`);
  return 0;
}

/** The first world of each invariant that was broken. */
async function cutDown({ failures }: Tally): Promise<readonly ShrunkWorld[]> {
  const firsts = new Map<string, SimOptions>();
  for (const { options, violations } of failures) {
    const invariant = violations[0]?.invariant;
    if (invariant !== undefined && !firsts.has(invariant)) firsts.set(invariant, options);
  }
  const commit = readCommit();
  const shrunk: ShrunkWorld[] = [];
  for (const options of firsts.values()) {
    const each = await shrinkWorld({ seed: options.seed, commit, options }, shrinkMs / firsts.size);
    if (each !== undefined) shrunk.push(each);
  }
  return shrunk;
}

async function run(terms: Terms): Promise<number> {
  const { signal, isInterrupted } = listen(terms.seconds);
  const beganMs = performance.now();
  const wallMs = (): number => performance.now() - beganMs;
  const progress = openProgress(process.stderr, () => performance.now());
  const tally = terms.hasSeeds
    ? await runSeeds({ ...terms, onProgress: (so) => progress.update(progressLine(so, wallMs())) }, signal)
    : new Tally();
  progress.end();
  const seedsMs = wallMs();
  const shrunk = isInterrupted() ? [] : await cutDown(tally);
  const points = terms.hasPoints && !isInterrupted() ? await tryPoints(terms, signal) : undefined;
  const results = terms.hasMutants && !isInterrupted() ? await tryMutants(terms, isInterrupted) : undefined;
  const { faults, from, workers } = terms;
  const facts: RunFacts = {
    ...{ faults, from, workers, commit: readCommit(), wallMs: seedsMs, shrunk, points, mutants: results },
    isInterrupted: isInterrupted(),
  };
  if (terms.isJson) console.log(JSON.stringify(summaryJson(tally, facts)));
  else {
    if (terms.hasSeeds) console.log(summaryText(tally, facts));
    if (points !== undefined) console.log(pointsText(points, facts.commit));
    if (results !== undefined) console.log(mutantsText(results));
  }
  if (isInterrupted()) return 130;
  const violations = tally.counts.violations + (points?.violations ?? 0);
  return violations > 0 || results?.some(({ isNamed }) => !isNamed) ? 1 : 0;
}

async function tryPoints({ workers }: Terms, signal: AbortSignal): Promise<PointTally> {
  const progress = openProgress(process.stderr, () => performance.now());
  const tally = await runPoints({ workers, onProgress: (so) => progress.update(pointsLine(so)) }, signal);
  progress.end();
  return tally;
}

/** Each result is told as it comes. */
async function tryMutants({ workers, from }: Terms, isOver: () => boolean): Promise<readonly MutantResult[]> {
  const results = await runMutants(seen, {
    ...{ workers, budgetMs: mutantBudgetMs },
    isNamedWanted: true,
    *seedsFor({ name }) {
      for (const seed of seedsFor(kills[name]?.seed ?? from, from)) {
        if (isOver()) return;
        yield seed;
      }
    },
    onResult: (result) => (result.seeds > 0 ? console.error(mutantLine(result)) : undefined),
  });
  // After Ctrl-C nothing is known of those that were not begun.
  return results.filter(({ seeds }) => seeds > 0);
}

/** Where it was seen last, where others are seen (short worlds in which much happens), then one after the other; each once. */
function* seedsFor(known: number, from: number): Generator<number> {
  const beginOf = (seed: number): number =>
    [rebalancesFrom, drillsFrom, peopleFrom].find((begin) => seed >= begin) ?? 1;
  const begin = beginOf(known);
  const alike = Object.values(kills)
    .map(({ seed }) => seed)
    .filter((seed) => beginOf(seed) === begin);
  const first = new Set([known, ...alike]);
  yield* first;
  for (let seed = begin === 1 ? from : begin; ; seed += 1) if (!first.has(seed)) yield seed;
}

/** The signal: time is up, or Ctrl-C. A second Ctrl-C ends at once. */
function listen(seconds: number | undefined): { readonly signal: AbortSignal; readonly isInterrupted: () => boolean } {
  const over = new AbortController();
  let interruptedMs: number | undefined;
  process.on('SIGINT', () => {
    if (interruptedMs !== undefined && performance.now() - interruptedMs > doubledMs) process.exit(130);
    interruptedMs ??= performance.now();
    over.abort();
  });
  if (seconds !== undefined) setTimeout(() => over.abort(), seconds * 1000).unref();
  return { signal: over.signal, isInterrupted: () => interruptedMs !== undefined };
}
