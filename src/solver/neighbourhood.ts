/** A few blocks filled anew together, the others standing still: patterns that fit what is left, and the best choice among them. */
import type { Pattern } from './apart.ts';
import { choosePatterns, priceLinks } from './master.ts';
import { addSamples, type Search } from './search.ts';

/** Some blocks that are to be filled anew, and what the others leave to them. */
export interface Fill {
  readonly members: readonly number[];
  /** As they are filled now. */
  readonly current: readonly Pattern[];
  /** Of each link, without the members; less than nothing where the others take too much. */
  readonly left: readonly number[];
  /** Of the links, for all blocks: those of a few may be more. */
  readonly prices: readonly number[];
  /** Of a unit that is taken beyond what is left. */
  readonly overCost: number;
  readonly withinMs: number;
}

/** Prices are set so often. */
const rounds = 2;
const sampled = { moves: 1000, most: 5 };
const rough = { gap: 0.005, mostNodes: 30, withinMs: 50 };
/** What is compared, beside the last digits of floating point. */
const tiny = 1e-6;

/** Patterns for the members, in their order; undefined: none was found. */
export function fillTogether(search: Search, fill: Fill): readonly Pattern[] | undefined {
  const { highs, found, pricings } = search;
  const { members, current, left, prices, overCost, withinMs } = fill;
  const fits = ({ takes }: Pattern): boolean => {
    for (const [link, amount] of takes) if (amount > (left[link] ?? 0) + tiny) return false;
    return true;
  };
  const patterns = (): Pattern[][] =>
    members.map((block, at) => (found.patterns[block] ?? []).filter((each) => each === current[at] || fits(each)));
  const usual = Math.max(...prices, tiny) / 5;
  for (let round = 0; round < rounds; round += 1) {
    const box = { center: prices, width: 1, usual, withinMs };
    const next = priceLinks(highs, patterns(), left, box);
    if (next === undefined) break;
    let isNew = false;
    for (const block of members) {
      const room = (link: number): number => left[link] ?? 0;
      const start = found.cheapest(block, next.prices, fits);
      if (start !== undefined) {
        if (addSamples(search, block, next.prices, { ...sampled, start, room })) isNew = true;
        continue;
      }
      const pattern = pricings[block]?.price(next.prices, { ...rough, room }).pattern;
      if (pattern !== undefined && found.add(block, pattern)) isNew = true;
    }
    if (!isNew) break;
  }
  return choosePatterns(highs, patterns(), { room: left, overCost, withinMs, gap: 1e-4, start: current });
}
