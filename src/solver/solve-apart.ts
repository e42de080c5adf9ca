/**
 * Solves a large program block by block. Its relaxation prices the links; at those prices every block is filled for itself, which
 * proves a bound (Geoffrion 1974) and gives patterns; a master program chooses among them and prices the links anew.
 */
import type { Highs } from 'highs';
import type { Program, Solution } from '../model/program.ts';
import type { SolveTerms } from '../ports/solver.ts';
import { type Apart, isFilling, type Pattern, patternOf, takeApart } from './apart.ts';
import { createHighsModel, solutionOf } from './highs-model.ts';
import { choosePatterns, priceLinks } from './master.ts';
import { createPolish } from './polish.ts';
import { createPricing, type Pricing } from './pricing.ts';
import { solveWhole } from './solve.ts';

/** Fewer columns than this are solved in one piece. */
const fewColumns = 1500;
/** Of the time: until then prices are bettered, and until then the master chooses; the rest is for mending and polishing. */
const pricingShare = 0.6;
const choosingShare = 0.75;
/** How well a block is filled: what is left of it is lost of the bound. */
const blockGap = 0.003;
/** One block may take so long, milliseconds: the few hard ones are not worth more. */
const blockMs = 200;
/** Rounds of pricing. */
const mostRounds = 200;
/** How far prices may go from the best ones at first, and what is left of it after a round that was no better. */
const firstWidth = 0.3;
const narrowing = 0.7;
/** The master gets this long at least, and one neighbourhood at most, milliseconds. */
const leastMs = 500;
const stepMs = 1000;

/** Blocks until it is solved, or the time is over. `nowMs`: a monotonic clock. */
export function solve(highs: Highs, program: Program, terms: SolveTerms, nowMs: () => number): Solution {
  const apart = program.columns.length < fewColumns ? undefined : takeApart(program);
  return apart === undefined || apart.blocks.length < 2
    ? solveWhole(highs, program, terms)
    : solveApart(highs, program, apart, terms, nowMs);
}

function solveApart(highs: Highs, program: Program, apart: Apart, terms: SolveTerms, nowMs: () => number): Solution {
  const fromMs = nowMs();
  const leftMs = (share: number): number => fromMs + share * terms.withinMs - nowMs();
  const relaxed = relax(highs, program, apart, terms.withinMs);
  if (relaxed.kind !== 'priced') return relaxed;
  const found = createFound(apart);
  const { start } = terms;
  if (start !== undefined)
    for (const [index, block] of apart.blocks.entries()) {
      const values = block.places.map((place) => start[place] ?? 0);
      if (isFilling(block, values)) found.add(index, patternOf(block, values));
    }
  const search = { highs, apart, found, leftMs };
  const best = betterPrices(search, relaxed, terms.gap);
  if (best === undefined) return { kind: 'infeasible' };
  const overCost = 10 * Math.max(1, ...program.columns.map(({ cost }) => Math.abs(cost)));
  const withinMs = Math.max(leastMs, leftMs(choosingShare));
  const chosen = choosePatterns(highs, found.patterns, apart.links, { overCost, withinMs, gap: terms.gap / 2 });
  if (chosen === undefined) return nothingFound;
  const polish = createPolish(highs, apart, chosen, { prices: best.prices, overCost });
  const isGood = (): boolean => !polish.isOver() && polish.cost() - best.bound <= terms.gap * Math.abs(polish.cost());
  while (leftMs(1) > 0 && !isGood()) polish.step(Math.min(stepMs, leftMs(1)));
  if (polish.isOver()) return nothingFound;
  const cost = polish.cost();
  return {
    kind: 'solved',
    values: assemble(program, apart, polish.patterns()),
    cost,
    bound: Math.min(cost, best.bound),
  };
}

const nothingFound: Solution = { kind: 'unknown', message: 'no solution was found in time' };

interface Prices {
  /** Proven at these prices. */
  readonly bound: number;
  readonly prices: readonly number[];
}

interface Search {
  readonly highs: Highs;
  readonly apart: Apart;
  readonly found: Found;
  /** Until this share of the time is over, milliseconds. */
  readonly leftMs: (share: number) => number;
}

/** Fills all blocks and prices the links anew, in turns; undefined: some block cannot be filled at all. */
function betterPrices({ highs, apart, found, leftMs }: Search, relaxed: Prices, gap: number): Prices | undefined {
  const pricings = apart.blocks.map((block) => createPricing(highs, block));
  try {
    let best = relaxed;
    let { prices } = relaxed;
    let width = firstWidth;
    for (let round = 0; round < mostRounds; round += 1) {
      // The first round gives every block a pattern, however long it takes.
      const bound = priceAll(pricings, { apart, found, prices }, () => leftMs(round === 0 ? 1 : pricingShare));
      if (bound === undefined) return undefined;
      if (bound > best.bound) best = { bound, prices };
      else width *= narrowing;
      if (leftMs(pricingShare) <= 0) break;
      const box = { center: best.prices, width, withinMs: leftMs(choosingShare) };
      const next = priceLinks(highs, found.patterns, apart.links, box);
      // No prices can prove more than the patterns cost.
      if (next === undefined || next.cost - best.bound <= (gap / 4) * Math.abs(next.cost)) break;
      prices = next.prices;
    }
    return best;
  } finally {
    for (const pricing of pricings) pricing.dispose();
  }
}

/** The program without whole numbers: a first bound, and the first prices. */
function relax(highs: Highs, program: Program, apart: Apart, withinMs: number) {
  const model = createHighsModel(highs, program, true);
  try {
    model.options.set({ solver: 'simplex', time_limit: withinMs / 1000 });
    model.run();
    const solution = solutionOf(highs, model, {
      ...program,
      columns: program.columns.map((each) => ({ ...each, isWhole: false })),
    });
    if (solution.kind !== 'solved') return solution;
    const { rowDual } = model.getSolution();
    return {
      kind: 'priced' as const,
      bound: solution.cost,
      prices: apart.links.map(({ row, sign }) => Math.max(0, -sign * (rowDual[row] ?? 0))),
    };
  } finally {
    model.dispose();
  }
}

interface Priceable {
  readonly apart: Apart;
  readonly found: Found;
  readonly prices: readonly number[];
}

/** Every block for itself at these prices: the bound that proves; undefined: one cannot be filled at all. */
function priceAll(
  pricings: readonly Pricing[],
  { apart, found, prices }: Priceable,
  leftMs: () => number,
): number | undefined {
  let bound = -apart.links.reduce((sum, { room }, link) => sum + room * (prices[link] ?? 0), 0);
  for (const [index, pricing] of pricings.entries()) {
    // Half a round proves nothing.
    if (leftMs() <= 0) return Number.NEGATIVE_INFINITY;
    // One of which no pattern is known yet is worth all the time there is.
    const withinMs = found.patterns[index]?.length === 0 ? leftMs() : blockMs;
    const priced = pricing.price(prices, { gap: blockGap, withinMs });
    if (priced === undefined) return undefined;
    bound += priced.bound;
    if (priced.pattern !== undefined) found.add(index, priced.pattern);
  }
  return bound;
}

interface Found {
  readonly patterns: readonly (readonly Pattern[])[];
  add(block: number, pattern: Pattern): void;
}

/** Of each block, without doubles. */
function createFound({ blocks }: Apart): Found {
  const patterns = blocks.map((): Pattern[] => []);
  const known = blocks.map(() => new Set<string>());
  return {
    patterns,
    add(block, pattern) {
      const key = pattern.values.map((value) => value.toFixed(4)).join();
      if (known[block]?.has(key) !== false) return;
      known[block]?.add(key);
      patterns[block]?.push(pattern);
    },
  };
}

function assemble(program: Program, { blocks }: Apart, patterns: readonly Pattern[]): readonly number[] {
  const values = program.columns.map(() => 0);
  for (const [index, { places }] of blocks.entries())
    for (const [at, place] of places.entries()) values[place] = patterns[index]?.values[at] ?? 0;
  return values;
}
