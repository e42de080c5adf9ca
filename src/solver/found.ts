/** The patterns found so far, and what they say of prices. */
import type { Apart, Pattern } from './apart.ts';

/** Patterns by block; prices are those of the links, in the order of `Apart`. */
export interface Found {
  /** Of each block, without doubles. */
  readonly patterns: readonly (readonly Pattern[])[];
  /** Whether it was new. */
  add(block: number, pattern: Pattern): boolean;
  /** The cheapest of a block at these prices, of those that pass. */
  cheapest(block: number, prices: readonly number[], passes?: (pattern: Pattern) => boolean): Pattern | undefined;
  /** The cost of that, of all patterns; infinite when there is none. */
  costAt(block: number, prices: readonly number[]): number;
  /** What the blocks cost at these prices as far as is known, less what the room is worth: the bound is this at most. */
  estimate(prices: readonly number[]): number;
}

export function createFound({ blocks, links }: Apart): Found {
  const patterns = blocks.map((): Pattern[] => []);
  const known = blocks.map(() => new Set<string>());
  const cheapest: Found['cheapest'] = (block, prices, passes = () => true) => {
    let best: Pattern | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const pattern of patterns[block] ?? []) {
      const cost = costAt(pattern, prices);
      if (cost >= least || !passes(pattern)) continue;
      best = pattern;
      least = cost;
    }
    return best;
  };
  const leastCost = (block: number, prices: readonly number[]): number => {
    const pattern = cheapest(block, prices);
    return pattern === undefined ? Number.POSITIVE_INFINITY : costAt(pattern, prices);
  };
  return {
    patterns,
    cheapest,
    add(block, pattern) {
      const key = pattern.values.map((value) => value.toFixed(4)).join();
      if (known[block]?.has(key) !== false) return false;
      known[block]?.add(key);
      patterns[block]?.push(pattern);
      return true;
    },
    costAt: leastCost,
    estimate: (prices) => blocks.reduce((sum, _, block) => sum + leastCost(block, prices), -roomWorth(links, prices)),
  };
}

/** Of a pattern, with what it takes. */
function costAt({ cost, takes }: Pattern, prices: readonly number[]): number {
  let sum = cost;
  for (const [link, amount] of takes) sum += amount * (prices[link] ?? 0);
  return sum;
}

/** What all the room of the links is worth at these prices. */
export function roomWorth(links: Apart['links'], prices: readonly number[]): number {
  return links.reduce((sum, { room }, link) => sum + room * (prices[link] ?? 0), 0);
}
