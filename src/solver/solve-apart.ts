/**
 * Solves a large program block by block. Its relaxation prices the links; at those prices every block is filled for itself, which
 * proves a bound (Geoffrion 1974) and gives patterns; a master program chooses among them and prices the links anew.
 */
import type { Highs } from 'highs';
import type { Program, Solution } from '../model/program.ts';
import type { SolveTerms } from '../ports/solver.ts';
import { createAnnealing } from './annealing.ts';
import { type Apart, areWithin, type Pattern, patternsIn, takeApart } from './apart.ts';
import { dive } from './dive.ts';
import { createFound, type Found } from './found.ts';
import { createPolish, type Polish } from './polish.ts';
import { type BestPrices, betterPrices, canBeFilled, proveBetter, provenBy } from './prices.ts';
import { createPricing } from './pricing.ts';
import { solveAndRefill } from './refill.ts';
import { type Relaxation, relax } from './relax.ts';
import { createSampling } from './sample.ts';
import type { Search } from './search.ts';
import { solveWhole } from './solve.ts';

/** Fewer columns than this are solved in one piece at first. */
const fewColumns = 1500;
/** Of the time: prices are bettered until then, and of what is left the bound may take so much at the end. */
const pricingShare = 0.4;
const proofShare = 0.05;
/** Of the time: so long the master chooses among all patterns at most, in turns with neighbourhoods that find more. */
const choosingShare = 0.06;
/** For one choice among all patterns, so many times as long is spent on neighbourhoods: they find far more. */
const turnsOfSteps = 5;
/** A beginning that is none is taken from whatever is found in this share of the time: any will do. */
const anyShare = 0.1;
const anyGap = 0.9;
/** Until this share of the time a choice that takes too much is mended, all patterns looked at in one of so many turns. */
const mendShare = 0.7;
const mendTurns = 4;
/**
 * So often it is dived and annealed for this share of the time, each time from the patterns that were found before, and never begun after
 * that share; once, where less than this is left of the gap: neighbourhoods close that sooner.
 */
const dives = 3;
const annealShare = 0.05;
const lastDive = 0.7;
const nearGap = 0.01;
/** Prices are good enough when the master promises less than this share of the cost, or a quarter of the gap. */
const leastRise = 0.0005;
/** The master gets this long at least, and one neighbourhood at most, milliseconds. */
const leastMs = 500;
const stepMs = 2000;

/** Blocks until it is solved, or the time is over. `nowMs`: a monotonic clock. */
export function solve(highs: Highs, program: Program, terms: SolveTerms, nowMs: () => number): Solution {
  const apart = takeApart(program);
  if (apart === undefined || apart.blocks.length < 2) return solveWhole(highs, program, terms);
  return program.columns.length < fewColumns
    ? solveAndRefill(highs, { program, apart }, terms, nowMs)
    : solveApart(highs, program, apart, terms, nowMs);
}

function solveApart(highs: Highs, program: Program, apart: Apart, terms: SolveTerms, nowMs: () => number): Solution {
  const fromMs = nowMs();
  const leftMs = (share: number): number => fromMs + share * terms.withinMs - nowMs();
  const relaxed = relax(highs, program, terms.withinMs);
  if (relaxed.kind !== 'priced') return relaxed;
  const prices = apart.links.map(({ row, sign }) => Math.max(0, -sign * (relaxed.rowPrices[row] ?? 0)));
  const found = createFound(apart);
  let given = terms.start === undefined ? [] : addPatterns(apart, found, terms.start);
  if (!areWithin(apart, given)) {
    // Any solution at all, found in one piece: patterns that fit beside each other are what blocks by themselves do not bring.
    const any = solveWhole(highs, program, { gap: anyGap, withinMs: anyShare * terms.withinMs });
    if (any.kind === 'infeasible') return any;
    if (any.kind === 'solved') given = addPatterns(apart, found, any.values);
  }
  const search = {
    ...{ highs, apart, found },
    pricings: apart.blocks.map((block) => createPricing(highs, block)),
    samplings: apart.blocks.map(createSampling),
  };
  try {
    const times = { leftMs: () => leftMs(pricingShare), lastMs: () => leftMs(1) };
    const best = betterPrices(search, prices, times, Math.max(leastRise, terms.gap / 4));
    // The time was over before every block was looked at: a beginning that is one is all there is.
    if (best === undefined) return beginningOf(program, apart, given, relaxed.bound);
    if (!canBeFilled(best)) return { kind: 'infeasible' };
    const chosen = choose(search, best, { program, terms, given, leftMs, relaxed });
    if (chosen === undefined) return nothingFound;
    const { patterns, cost, bound } = chosen;
    return { kind: 'solved', values: assemble(program, apart, patterns), cost, bound: Math.min(cost, bound) };
  } finally {
    for (const pricing of search.pricings) pricing.dispose();
  }
}

/** The pattern of each block that the values fill. */
function addPatterns(apart: Apart, found: Found, values: readonly number[]): readonly Pattern[] {
  const patterns = patternsIn(apart, values);
  for (const [block, pattern] of patterns.entries()) if (pattern !== undefined) found.add(block, pattern);
  return patterns.filter((pattern) => pattern !== undefined);
}

function beginningOf(program: Program, apart: Apart, given: readonly Pattern[], relaxed: number): Solution {
  if (!areWithin(apart, given)) return nothingFound;
  const cost = given.reduce((sum, pattern) => sum + pattern.cost, 0);
  return { kind: 'solved', values: assemble(program, apart, given), cost, bound: Math.min(cost, relaxed) };
}

interface ChoiceTerms {
  readonly program: Program;
  readonly terms: SolveTerms;
  /** Of the beginning: of each block that it fills, its pattern. */
  readonly given: readonly Pattern[];
  /** Until this share of the time is over, milliseconds. */
  readonly leftMs: (share: number) => number;
  readonly relaxed: Relaxation;
}

interface Chosen {
  readonly patterns: readonly Pattern[];
  readonly cost: number;
  readonly bound: number;
}

/** A pattern for each block, all within the room, and the bound; undefined: none was found. */
function choose(
  search: Search,
  best: BestPrices,
  { program, terms, given, leftMs, relaxed }: ChoiceTerms,
): Chosen | undefined {
  const { apart, found } = search;
  const cheapest = (): readonly Pattern[] =>
    apart.blocks.flatMap((_, block) => found.cheapest(block, best.prices) ?? []);
  if (cheapest().length < apart.blocks.length) return undefined;
  const dived = (): readonly Pattern[] => dive(search, cheapest(), best.prices, () => leftMs(1 - proofShare));
  const overCost = 10 * Math.max(1, ...program.columns.map(({ cost }) => Math.abs(cost)));
  const createFrom = (patterns: readonly Pattern[]): Polish =>
    createPolish(search, patterns, { prices: best.prices, overCost });
  let polish = createFrom(dived());
  const mostMs = Math.max(leastMs, choosingShare * terms.withinMs);
  const isWithinGap = (bound: number, gap = terms.gap): boolean =>
    !polish.isOver() && polish.cost() - bound <= gap * Math.abs(polish.cost());
  const polishUntil = (share: number, bound: number): void => {
    const isOver = (): boolean => leftMs(share) <= 0 || isWithinGap(bound);
    while (!isOver()) {
      polish.chooseAll(Math.min(mostMs, leftMs(share)), terms.gap / 2);
      const until = leftMs(1) - turnsOfSteps * mostMs;
      while (!isOver() && leftMs(1) > until) polish.step(Math.min(stepMs, leftMs(share)));
    }
  };
  // What takes too much is mended first: it costs far less than a beginning of any kind.
  const mendMs = (): number => leftMs(mendShare);
  for (let turn = 0; polish.isOver() && mendMs() > 0; turn += 1) {
    if (turn % mendTurns === 0) polish.chooseAll(Math.min(mostMs, mendMs()), terms.gap / 2);
    else polish.step(Math.min(stepMs, mendMs()));
  }
  if (areWithin(apart, given)) {
    const from = createFrom(given);
    // A beginning that is one is the worst that can come of it.
    if (polish.isOver() || from.cost() < polish.cost()) polish = from;
  }
  // What the bound will be at most: it is proven once that is enough.
  const estimate = found.estimate(best.prices);
  const time = { forMs: annealShare * terms.withinMs, leftMs: () => leftMs(1) };
  const annealed = createAnnealing(search.highs, { program, apart }, time);
  for (let turn = 0; turn < dives && !isWithinGap(estimate, nearGap) && leftMs(lastDive) > 0; turn += 1) {
    const from = turn === 0 ? polish : createFrom(dived());
    if (from.isOver()) continue;
    const values = annealed(assemble(program, apart, from.patterns()));
    const patterns = addPatterns(apart, found, values);
    // By a hair, HiGHS may leave a row that patterns are held to.
    const next = areWithin(apart, patterns) ? createFrom(patterns) : from;
    if (polish.isOver() || next.cost() < polish.cost()) polish = next;
  }
  polishUntil(1 - proofShare, estimate);
  let bound = Math.max(relaxed.bound, best.proven);
  if (!isWithinGap(bound)) {
    const better = proveBetter(search, best, () => leftMs(1));
    bound = Math.max(bound, provenBy(search, better));
  }
  polishUntil(1, bound);
  return polish.isOver() ? undefined : { patterns: polish.patterns(), cost: polish.cost(), bound };
}

const nothingFound: Solution = { kind: 'unknown', message: 'no solution was found in time' };

function assemble(program: Program, { blocks }: Apart, patterns: readonly Pattern[]): readonly number[] {
  const values = program.columns.map(() => 0);
  for (const [index, { places }] of blocks.entries())
    for (const [at, place] of places.entries()) values[place] = patterns[index]?.values[at] ?? 0;
  return values;
}
