/** Betters the prices of the links and, by pricing every block at them, the bound; the patterns found on the way are the harvest. */
import { roomWorth } from './found.ts';
import { priceLinks } from './master.ts';
import { addSamples, type Search } from './search.ts';

/** Milliseconds that are left, asked again and again; 0 or less: none are. */
export interface PricingTime {
  /** Until prices are good enough, milliseconds. */
  readonly leftMs: () => number;
  /** Until all is over. */
  readonly lastMs: () => number;
}

/** Of each link a price, and of each block the least it costs at them. */
export interface Prices {
  readonly prices: readonly number[];
  /** Proven of each block at these prices. */
  readonly bounds: readonly number[];
}

/** What pricing ends with: prices to fill by, and a bound for the whole program. */
export interface BestPrices extends Prices {
  /** The best bound of all rounds: by other prices perhaps, when not every block was filled at these. */
  readonly proven: number;
}

/** How well a block is filled while prices change, and how long that may take: most are done in 4 ms, a few would take a second. */
const rough = { gap: 0.005, mostNodes: 60, withinMs: 150 };
/** How much is sampled of a block in a round. */
const sampled = { moves: 1000, most: 3 };
/** Rounds of pricing. */
const mostRounds = 200;
/** How far prices may go from the best ones: at first, then twice as far after a better round and half as far after another. */
const firstWidth = 0.2;
const mostWidth = 1;
/** Of the rise the master promises: a round that brings less is no better one. */
const worthwhile = 0.1;

/** `first`: by the relaxation. Undefined: the time was over before every block was looked at. */
export function betterPrices(
  search: Search,
  first: readonly number[],
  { leftMs, lastMs }: PricingTime,
  gap: number,
): BestPrices | undefined {
  const { highs, apart, found } = search;
  const known = first.filter((price) => price > 0);
  const usual = known.length === 0 ? 1 : known.reduce((sum, price) => sum + price, 0) / known.length;
  const room = apart.links.map((link) => link.room);
  let best = priceAll(search, first, lastMs);
  if (best === undefined) return undefined;
  let proven = provenBy(search, best);
  if (!canBeFilled(best)) return { ...best, proven };
  const rests = createRests(apart.blocks.length);
  let width = firstWidth;
  for (let round = 1; round < mostRounds && leftMs() > 0; round += 1) {
    const box = { center: best.prices, width, usual, withinMs: Math.max(1000, leftMs()) };
    const next = priceLinks(highs, found.patterns, room, box);
    if (next === undefined) {
      width /= 2;
      continue;
    }
    const promised = next.cost - found.estimate(best.prices);
    if (promised <= gap * Math.abs(next.cost)) {
      if (width >= firstWidth) break;
      // So little may be all there is so near.
      width *= 4;
      continue;
    }
    const priced = priceAll(search, next.prices, leftMs, rests);
    if (priced === undefined) break;
    proven = Math.max(proven, provenBy(search, priced));
    const center = found.estimate(best.prices);
    if (found.estimate(priced.prices) > center + worthwhile * (next.cost - center)) {
      best = priced;
      width = Math.min(mostWidth, 2 * width);
    } else width /= 2;
  }
  return { ...best, proven };
}

/** Whether there is any filling of each block. */
export function canBeFilled({ bounds }: Prices): boolean {
  return !bounds.includes(Number.POSITIVE_INFINITY);
}

/** What is proven by bounds of blocks at these prices (Geoffrion 1974). */
export function provenBy(search: Search, { prices, bounds }: Prices): number {
  return bounds.reduce((sum, bound) => sum + bound, -roomWorth(search.apart.links, prices));
}

/** Undefined: the time is over. With `rests`, blocks of which a pattern is known are sampled only: their bounds are not proven. */
function priceAll(search: Search, prices: readonly number[], leftMs: () => number, rests?: Rests): Prices | undefined {
  const { apart, found, pricings } = search;
  const room = (link: number): number => apart.links[link]?.room ?? 0;
  const bounds: number[] = [];
  for (const [block, pricing] of pricings.entries()) {
    if (leftMs() <= 0) return undefined;
    if (rests?.isResting(block)) {
      bounds.push(Number.NEGATIVE_INFINITY);
      continue;
    }
    const start = found.cheapest(block, prices);
    if (rests === undefined || start === undefined) {
      let priced = pricing.price(prices, { ...rough, start });
      // One of which no pattern is known yet is worth all the time it takes.
      if (priced.pattern === undefined && start === undefined)
        priced = pricing.price(prices, { gap: 1, withinMs: leftMs() });
      bounds.push(priced.bound);
      if (priced.pattern !== undefined) found.add(block, priced.pattern);
    } else bounds.push(Number.NEGATIVE_INFINITY);
    const from = found.cheapest(block, prices);
    const isNew = from !== undefined && addSamples(search, block, prices, { ...sampled, start: from, room });
    rests?.note(block, isNew);
  }
  return { prices, bounds };
}

/** Rounds a block of which nothing new comes is left out at most. */
const longestRest = 4;

type Rests = ReturnType<typeof createRests>;

/** Most rounds bring a new pattern for few of the blocks: those that brought none rest, twice as long each time. */
function createRests(blocks: number) {
  const left = new Array<number>(blocks).fill(0);
  const next = new Array<number>(blocks).fill(1);
  return {
    isResting(block: number): boolean {
      const rounds = left[block] ?? 0;
      left[block] = Math.max(0, rounds - 1);
      return rounds > 0;
    },
    note(block: number, isNew: boolean): void {
      left[block] = isNew ? 0 : (next[block] ?? 1);
      next[block] = isNew ? 1 : Math.min(longestRest, 2 * (next[block] ?? 1));
    },
  };
}

/** How well a block is filled for the proof. */
const fine = { gap: 0.002, withinMs: 600 };

/** Fills those blocks anew of whose bound most was lost, until the time is over. */
export function proveBetter({ found, pricings }: Search, { prices, bounds }: Prices, leftMs: () => number): Prices {
  const better = [...bounds];
  for (const [block, bound] of bounds.entries())
    if (bound === Number.NEGATIVE_INFINITY && leftMs() > 0) {
      const priced = pricings[block]?.price(prices, { ...rough, start: found.cheapest(block, prices) });
      better[block] = priced?.bound ?? bound;
      if (priced?.pattern !== undefined) found.add(block, priced.pattern);
    }
  const lost = better.map((bound, block) => ({ block, by: found.costAt(block, prices) - bound }));
  for (const { block } of lost.sort((one, other) => other.by - one.by)) {
    if (leftMs() <= 0) break;
    const terms = { gap: fine.gap, withinMs: Math.min(fine.withinMs, leftMs()), start: found.cheapest(block, prices) };
    const priced = pricings[block]?.price(prices, terms);
    if (priced === undefined) continue;
    better[block] = Math.max(priced.bound, better[block] ?? priced.bound);
    if (priced.pattern !== undefined) found.add(block, priced.pattern);
  }
  return { prices, bounds: better };
}
