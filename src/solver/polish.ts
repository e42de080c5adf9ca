/** Betters a choice of patterns, a few blocks at a time (large neighbourhood search, Shaw 1998), and mends one that takes too much. */
import type { Highs } from 'highs';
import type { Apart, Pattern } from './apart.ts';
import { fillTogether } from './neighbourhood.ts';

export interface Polish {
  /** One for each block. */
  patterns(): readonly Pattern[];
  cost(): number;
  /** Whether more is taken of a link than there is room. */
  isOver(): boolean;
  /** Fills some blocks anew; nothing gets worse by it. */
  step(withinMs: number): void;
}

/** Blocks that are filled together: more of them find more, and take longer. */
const together = { least: 4, first: 12, most: 24 };
/** What is compared, beside the last digits of floating point. */
const tiny = 1e-6;

export interface PolishTerms {
  /** Shadow prices of the links: blocks that want the same dear one are worth filling together. */
  readonly prices: readonly number[];
  /** Of a unit that is taken beyond the room of a link: more than what could be spared by it. */
  readonly overCost: number;
}

/** `chosen`: one pattern for each block. */
export function createPolish(
  highs: Highs,
  apart: Apart,
  chosen: readonly Pattern[],
  { prices, overCost }: PolishTerms,
): Polish {
  const patterns = [...chosen];
  const left = apart.links.map(({ room }) => room);
  const tries = patterns.map(() => 0);
  const wants = apart.blocks.map(({ takes }) => new Set(takes.flatMap((each) => each.map(({ link }) => link))));
  const users = apart.links.map((_, link) => [...wants.keys()].filter((index) => wants[index]?.has(link)));
  let size = together.first;

  const take = (taken: readonly Pattern[], sign: 1 | -1): void => {
    for (const { takes } of taken) for (const [link, amount] of takes) left[link] = (left[link] ?? 0) - sign * amount;
  };
  const costOf = (some: readonly Pattern[]): number => some.reduce((sum, { cost }) => sum + cost, 0);
  const over = (): number => left.reduce((sum, each) => sum + (each < -tiny ? -each : 0), 0);
  const byTries = (one: number, other: number): number => (tries[one] ?? 0) - (tries[other] ?? 0);

  /** The block that was tried least, of those that take too much if there are any; and others that want the same. */
  const choose = (): readonly number[] => {
    const broken = left.findIndex((each) => each < -tiny);
    const [seed = 0] = [...(users[broken] ?? patterns.keys())].sort((a, b) => byTries(a, b) || a - b);
    const links = [...(wants[seed] ?? [])].filter((link) => link === broken || (prices[link] ?? 0) > 0);
    const common = (index: number): number => links.filter((link) => patterns[index]?.takes.has(link)).length;
    const near = new Set(links.flatMap((link) => users[link] ?? []));
    near.delete(seed);
    const others = [...near].sort((a, b) => byTries(a, b) || common(b) - common(a) || a - b);
    return [seed, ...others.slice(0, size - 1)];
  };

  take(patterns, 1);
  return {
    patterns: () => patterns,
    cost: () => costOf(patterns),
    isOver: () => over() > 0,
    step(withinMs) {
      const members = choose();
      const current = members.flatMap((index) => patterns[index] ?? []);
      const before = costOf(current) + overCost * over();
      take(current, -1);
      const next = fillTogether(highs, apart, { members, current, left, overCost, withinMs });
      take(next ?? current, 1);
      const isBetter = next !== undefined && costOf(next) + overCost * over() < before - tiny;
      if (next !== undefined && !isBetter) {
        take(next, -1);
        take(current, 1);
      }
      for (const [at, index] of members.entries()) {
        const pattern = next?.[at];
        if (isBetter && pattern !== undefined) patterns[index] = pattern;
        tries[index] = (tries[index] ?? 0) + 1;
      }
      // What ran out of time was too much at once.
      size = next === undefined ? Math.max(together.least, size - 2) : Math.min(together.most, size + 1);
    },
  };
}
