/**
 * Betters a solution by small changes, dearer ones at first too (simulated annealing, Kirkpatrick and others 1983). A change breaks
 * rows; each is mended by the change of another column that costs least, until none is broken (ejection chains, Glover 1996).
 */
import type { Program } from '../model/program.ts';
import { createSparse, type Sparse } from './sparse.ts';
import { createWalk, of, type Walk } from './walk.ts';

/** What it begins with, and for how long. */
export interface AnnealTerms {
  /** A solution. */
  readonly start: readonly number[];
  /** Of each row of the program, by the relaxation: what mending it may cost. */
  readonly prices: readonly number[];
  /** How much of the time is over, 0–1. */
  readonly passed: () => number;
}

/**
 * By the usual cost of a column: dearer changes that are likely taken at first, and when the coarse of it is decided. No hotter: what it
 * begins with has the coarse of it already, and is lost in more heat.
 */
const hot = 0.03;
const cold = 0.01;
/** At the end only what is cheaper is taken: from this share of the time on what costs little is decided. */
const coldFrom = 0.85;
const frozen = 0.0015;
/** A row that costs nothing in the relaxation is mended for this share of what a column costs. */
const leastPrice = 0.2;
/** Columns that are changed for one change at most. */
const mostMends = 16;
/** A chain that costs so many times what is likely taken is given up. */
const hopeless = 40;
/** How much chance there is in what mends a row. */
const mendChance = 0.5;
/** Steps of one column. */
const fewSteps = 3;
const manySteps = 8;
const wide = 20;
const betweenLooks = 200;
/** Less is no better cost. */
const tiny = 1e-6;

/** The best solution on the way: no dearer than the first. The same steps each time, though not as many. */
export function anneal(program: Program, { start, prices, passed }: AnnealTerms): readonly number[] {
  const sparse = createSparse(program);
  const usual = sparse.cost.reduce((sum, cost) => sum + Math.abs(cost), 0) / Math.max(1, sparse.columns);
  const walk = createWalk(sparse, start, pricesOf(sparse, prices, usual));
  const move = createMoves(sparse, walk);
  let best = walk.cost();
  const values = Float64Array.from(start);
  for (let share = passed(); share < 1; share = passed()) {
    const heat = usual * heatAt(share);
    for (let index = 0; index < betweenLooks; index += 1) {
      move(heat);
      if (walk.cost() >= best - tiny) continue;
      best = walk.cost();
      values.set(walk.values());
    }
  }
  return [...values];
}

function heatAt(share: number): number {
  return share < coldFrom
    ? hot * (cold / hot) ** (share / coldFrom)
    : cold * (frozen / cold) ** ((share - coldFrom) / (1 - coldFrom));
}

/** Of a unit by which each row of the sparse program is broken, by the prices of rows of the program. */
export function pricesOf({ byRow, rows, places }: Sparse, prices: readonly number[], usual: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const amounts = byRow.amounts.subarray(of(byRow.starts, row), of(byRow.starts, row + 1));
    const most = amounts.reduce((all, each) => Math.max(all, Math.abs(each)), 0);
    return Math.abs(prices[places[row] ?? -1] ?? 0) + (leastPrice * usual) / Math.max(most, tiny);
  });
}

/** One change of the walk and what mends it; whether it stands, and costs other than before. */
export function createMoves(sparse: Sparse, walk: Walk): (heat: number) => boolean {
  const { least, most, isWhole, byRow } = sparse;
  const chance = createChance();
  const open = [...isWhole.keys()].filter((column) => isWhole[column] === 1 && of(most, column) > of(least, column));
  const within = (column: number, by: number): number => {
    const value = of(walk.values(), column);
    return Math.min(of(most, column), Math.max(of(least, column), value + by)) - value;
  };
  const first = (): readonly [column: number, by: number] => {
    const column = of(open, Math.floor(chance() * open.length));
    const steps = of(most, column) > wide ? manySteps : fewSteps;
    const size = chance() < 0.5 ? 1 : 1 + Math.floor(chance() * steps);
    return [column, within(column, chance() < 0.5 ? size : -size)];
  };
  /** What it is worth; infinite: nothing mends the row. */
  const mend = (row: number, heat: number): number => {
    const lack = walk.lack(row);
    let chosen = -1;
    let chosenBy = 0;
    let lowest = Number.POSITIVE_INFINITY;
    for (let at = of(byRow.starts, row); at < of(byRow.starts, row + 1); at += 1) {
      const column = of(byRow.others, at);
      const exact = lack / of(byRow.amounts, at);
      if (walk.isTurned(column, exact > 0)) continue;
      const by = within(column, isWhole[column] === 1 ? awayFromZero(exact) : exact);
      if (by === 0) continue;
      const worth = walk.worth(column, by) - mendChance * heat * Math.log(chance() + Number.MIN_VALUE);
      if (worth >= lowest) continue;
      [chosen, chosenBy, lowest] = [column, by, worth];
    }
    if (chosen < 0) return lowest;
    const worth = walk.worth(chosen, chosenBy);
    walk.change(chosen, chosenBy);
    return worth;
  };
  /** Whether all rows are kept in the end. */
  const mendAll = (spent: number, heat: number): boolean => {
    let sum = spent;
    for (let count = 0; count < mostMends; count += 1) {
      const row = walk.broken(chance);
      if (row < 0) return true;
      sum += mend(row, heat);
      if (sum > hopeless * heat) return false;
    }
    return walk.broken(chance) < 0;
  };
  return (heat) => {
    const [column, by] = first();
    if (by === 0) return false;
    const worth = walk.worth(column, by);
    if (worth > hopeless * heat) return false;
    const before = walk.cost();
    walk.change(column, by);
    if (!mendAll(worth, heat)) {
      walk.back();
      return false;
    }
    walk.settle();
    const dearer = walk.cost() - before;
    const isTaken = dearer <= 0 || chance() < Math.exp(-dearer / heat);
    if (isTaken) walk.stand();
    else walk.back();
    return isTaken && dearer !== 0;
  };
}

function awayFromZero(value: number): number {
  return value > 0 ? Math.ceil(value - tiny) : Math.floor(value + tiny);
}

/** Mulberry32: the same numbers each time. */
function createChance(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
