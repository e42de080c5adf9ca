/**
 * A first choice of patterns: the relaxed master decides a few blocks at a time, and those that are left get new patterns for the room
 * that is left (diving with column generation, Sadykov and others 2019).
 */
import type { Pattern } from './apart.ts';
import { priceLinks } from './master.ts';
import { addSamples, type Search } from './search.ts';

/** Of the blocks that are left: so many are decided at once. */
const share = 0.1;
const sampled = { moves: 1000, most: 3 };
const rough = { gap: 0.005, mostNodes: 30, withinMs: 50 };
/** What is compared, beside the last digits of floating point. */
const tiny = 1e-6;

/** A pattern for each block; what takes too much in the end is for mending. `start`: of blocks that are not decided in time. */
export function dive(
  search: Search,
  start: readonly Pattern[],
  prices: readonly number[],
  leftMs: () => number,
): readonly Pattern[] {
  const { highs, apart, found, pricings } = search;
  const chosen = [...start];
  const left = apart.links.map(({ room }) => room);
  const fits = ({ takes }: Pattern): boolean => {
    for (const [link, amount] of takes) if (amount > (left[link] ?? 0) + tiny) return false;
    return true;
  };
  const usual = Math.max(...prices, tiny) / 5;
  let open = [...chosen.keys()];
  while (open.length > 0 && leftMs() > 0) {
    const patterns = open.map((block) => {
      const all = found.patterns[block] ?? [];
      const fitting = all.filter(fits);
      return fitting.length > 0 ? fitting : all;
    });
    const master = priceLinks(highs, patterns, left, { center: prices, width: 1, usual, withinMs: leftMs() });
    if (master === undefined) break;
    const decided = open
      .map((block, at) => {
        const shares = master.shares[at] ?? [];
        const most = Math.max(...shares);
        return { block, most, pattern: patterns[at]?.[shares.indexOf(most)] };
      })
      .sort((one, other) => other.most - one.most)
      .slice(0, Math.max(2, Math.ceil(share * open.length)));
    const isDecided = new Set<number>();
    for (const { block, pattern } of decided) {
      // Those decided just now may have taken the room.
      if (pattern === undefined || (isDecided.size > 0 && !fits(pattern))) continue;
      chosen[block] = pattern;
      isDecided.add(block);
      for (const [link, amount] of pattern.takes) left[link] = (left[link] ?? 0) - amount;
    }
    open = open.filter((block) => !isDecided.has(block));
    for (const block of open) {
      const cheapest = found.cheapest(block, master.prices);
      if (cheapest === undefined || fits(cheapest)) continue;
      const room = (link: number): number => left[link] ?? 0;
      const from = found.cheapest(block, master.prices, fits);
      if (from !== undefined) addSamples(search, block, master.prices, { ...sampled, start: from, room });
      else {
        // Nothing to begin a walk with.
        const { pattern } = pricings[block]?.price(master.prices, { ...rough, room }) ?? {};
        if (pattern !== undefined) found.add(block, pattern);
      }
    }
  }
  return chosen;
}
