/** Betters a choice of patterns, a few blocks at a time (large neighbourhood search, Shaw 1998), and mends one that takes too much. */
import type { Pattern } from './apart.ts';
import { choosePatterns } from './master.ts';
import { fillTogether } from './neighbourhood.ts';
import type { Search } from './search.ts';

/** A choice of patterns that is changed in place, never for a worse one. */
export interface Polish {
  /** One for each block. */
  patterns(): readonly Pattern[];
  cost(): number;
  /** Whether more is taken of a link than there is room. */
  isOver(): boolean;
  /** Fills some blocks anew; nothing gets worse by it. */
  step(withinMs: number): void;
  /** Chooses among all patterns found so far; nothing gets worse by it. */
  chooseAll(withinMs: number, gap: number): void;
}

/** Blocks that are filled together: more of them find more, and take longer. */
const together = 40;
/** What is compared, beside the last digits of floating point. */
const tiny = 1e-6;

/** What room in the links is worth while there is some, and once there is none. */
export interface PolishTerms {
  /** Shadow prices of the links: blocks that want the same dear one are worth filling together. */
  readonly prices: readonly number[];
  /** Of a unit that is taken beyond the room of a link: more than what could be spared by it. */
  readonly overCost: number;
}

/** `chosen`: one pattern for each block. */
export function createPolish(search: Search, chosen: readonly Pattern[], { prices, overCost }: PolishTerms): Polish {
  const { highs, apart, found } = search;
  const patterns = [...chosen];
  const left = apart.links.map(({ room }) => room);
  const tries = patterns.map(() => 0);
  const wants = apart.blocks.map(({ takes }) => new Set(takes.flatMap((each) => each.map(({ link }) => link))));
  const users = apart.links.map((_, link) => [...wants.keys()].filter((index) => wants[index]?.has(link)));

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
    return [seed, ...others.slice(0, together - 1)];
  };

  /** By what is found while they take nothing, if that is better. */
  const replace = (
    members: readonly number[],
    find: (current: readonly Pattern[]) => readonly Pattern[] | undefined,
  ): void => {
    const current = members.flatMap((index) => patterns[index] ?? []);
    const before = costOf(current) + overCost * over();
    take(current, -1);
    const next = find(current) ?? current;
    take(next, 1);
    if (costOf(next) + overCost * over() < before - tiny) {
      for (const [at, index] of members.entries()) patterns.splice(index, 1, ...next.slice(at, at + 1));
      return;
    }
    take(next, -1);
    take(current, 1);
  };

  take(patterns, 1);
  return {
    patterns: () => patterns,
    cost: () => costOf(patterns),
    isOver: () => over() > 0,
    step(withinMs) {
      const members = choose();
      replace(members, (current) => fillTogether(search, { members, current, left, prices, overCost, withinMs }));
      for (const index of members) tries[index] = (tries[index] ?? 0) + 1;
    },
    chooseAll(withinMs, gap) {
      const room = apart.links.map((link) => link.room);
      replace([...patterns.keys()], (start) =>
        choosePatterns(highs, found.patterns, { room, overCost, withinMs, gap, start }),
      );
    },
  };
}
