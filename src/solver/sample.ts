/**
 * Cheap fillings of one block, met on a walk from one to the next (simulated annealing, Kirkpatrick and others 1983). It proves nothing,
 * but where machines of about one price are many it meets in milliseconds what a search tree does not find in seconds.
 */

import { createMoves, pricesOf } from './anneal.ts';
import { type Block, isFilling, type Pattern, patternOf } from './apart.ts';
import { createSparse, slightly } from './sparse.ts';
import { createWalk, of } from './walk.ts';

/** What it begins with, and how far it goes. */
export interface SampleTerms {
  /** A filling to begin with. */
  readonly start: Pattern;
  readonly moves: number;
  /** So many are given at most. */
  readonly most: number;
  /** What it may take of each link at most. */
  readonly room: (link: number) => number;
}

/** A walk among the fillings of one block. */
export interface Sampling {
  /** `prices`: of each link. The cheapest that were met first, no two of which take the same; perhaps none. */
  sample(prices: readonly number[], terms: SampleTerms): readonly Pattern[];
}

/** By the usual cost of a column: dearer changes that are likely taken, at first and in the end. */
const hot = 0.1;
const cold = 0.01;
/** Above the cheapest so far: what is dearer by so much more than that is not kept. */
const near = 0.3;
/** A row is mended for this share of the least that a unit of it costs. */
const unitShare = 0.5;
/** Less is no better cost. */
const tiny = 1e-9;

/** Of a block; what it meets depends on what is asked alone. */
export function createSampling(block: Block): Sampling {
  const links = [...new Set(block.takes.flatMap((each) => each.map(({ link }) => link)))];
  const limits = links.map((link) => ({
    least: Number.NEGATIVE_INFINITY,
    most: Number.POSITIVE_INFINITY,
    terms: block.takes.flatMap((each, column) =>
      each.filter((take) => take.link === link).map(({ amount }) => [column, amount] as const),
    ),
  }));
  const sparse = createSparse({ columns: block.columns, rows: [...limits, ...block.rows] });
  // What one column alone takes is no row there, but a bound of it.
  const alone = limits.flatMap(({ terms: [[column, amount] = [-1, 0], ...others] }, place) =>
    column >= 0 && amount > 0 && others.length === 0 ? [{ column, amount, link: links[place] ?? -1 }] : [],
  );
  const own = sparse.most.slice();
  const counted = [...block.takes.keys()].filter((column) => (block.takes[column]?.length ?? 0) > 0);
  return {
    sample(prices, { start, moves, most, room }) {
      for (const [column, { cost }] of block.columns.entries())
        sparse.cost[column] = (block.takes[column] ?? []).reduce(
          (sum, { link, amount }) => sum + amount * (prices[link] ?? 0),
          cost,
        );
      for (const [row, place] of sparse.places.entries()) {
        const link = links[place];
        if (link !== undefined) sparse.rowMost[row] = room(link) + slightly;
      }
      for (const { column, link, amount } of alone)
        sparse.most[column] = Math.min(own[column] ?? 0, Math.floor(room(link) / amount + slightly));
      const usual = sparse.cost.reduce((sum, cost) => sum + Math.abs(cost), 0) / Math.max(1, sparse.columns);
      const walk = createWalk(sparse, start.values, pricesOf(sparse, unitCosts(), usual));
      const move = createMoves(sparse, walk);
      const met = new Map<string, { readonly cost: number; readonly values: readonly number[] }>();
      let least = walk.cost();
      for (let index = 0; index < moves; index += 1) {
        if (!move(usual * hot * (cold / hot) ** (index / moves))) continue;
        const cost = walk.cost();
        least = Math.min(least, cost);
        if (cost > least + near * usual) continue;
        const key = counted.map((column) => of(walk.values(), column)).join();
        if (cost < (met.get(key)?.cost ?? Number.POSITIVE_INFINITY) - tiny)
          met.set(key, { cost, values: [...walk.values()] });
      }
      return [...met.values()]
        .sort((one, other) => one.cost - other.cost)
        .slice(0, most)
        .filter(({ values }) => isFilling(block, values))
        .map(({ values }) => patternOf(block, values));
    },
  };

  /** Of each row: a share of the least that a unit of it costs. */
  function unitCosts(): readonly number[] {
    const costs: number[] = [];
    const { byRow } = sparse;
    for (const [row, place] of sparse.places.entries()) {
      let least = Number.POSITIVE_INFINITY;
      for (let at = of(byRow.starts, row); at < of(byRow.starts, row + 1); at += 1) {
        const cost = of(sparse.cost, of(byRow.others, at));
        if (cost > 0) least = Math.min(least, cost / Math.abs(of(byRow.amounts, at)));
      }
      costs[place] = Number.isFinite(least) ? unitShare * least : 0;
    }
    return costs;
  }
}
