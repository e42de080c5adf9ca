import { expect, test } from 'vitest';
import { formulate } from '../../src/core/placement/formulate.ts';
import { type Block, isFilling, type Pattern, takeApart } from '../../src/solver/apart.ts';
import { createFound } from '../../src/solver/found.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { createPricing } from '../../src/solver/pricing.ts';
import { createSampling } from '../../src/solver/sample.ts';
import { realisticProblem } from '../core/placement/support/realistic.ts';

const highs = await loadSolver();
const { program } = formulate(realisticProblem(1, { deployments: 12, sites: 12, room: 4 }));
const apart = takeApart(program);
const prices = apart?.links.map((_, link) => (link % 5 === 0 ? 2 : 0)) ?? [];
const all = () => Number.POSITIVE_INFINITY;

/** Each block, with any filling, and the bound of what it costs at these prices. */
const blocks = (apart?.blocks ?? []).flatMap((block) => {
  const pricing = createPricing(highs, block);
  const { pattern: start } = pricing.price(prices, { gap: 10, withinMs: 5000 });
  const { bound } = pricing.price(prices, { gap: 0.002, withinMs: 5000 });
  pricing.dispose();
  return start === undefined ? [] : [{ block, start, bound }];
});

function costOf({ cost, takes }: Pattern): number {
  return [...takes].reduce((sum, [link, amount]) => sum + amount * (prices[link] ?? 0), cost);
}

function sample(block: Block, start: Pattern, room: (link: number) => number = all): readonly Pattern[] {
  return createSampling(block).sample(prices, { start, moves: 3000, most: 4, room });
}

test('meets fillings whose cost is near the least there is, cheapest first', () => {
  expect(blocks.length).toBeGreaterThan(5);
  const met = blocks.map(({ block, start, bound }) => {
    const patterns = sample(block, start);
    const costs = patterns.map(costOf);
    expect(patterns.every(({ values }) => isFilling(block, values))).toBe(true);
    expect(patterns.length).toBeLessThanOrEqual(4);
    expect(costs).toEqual(costs.toSorted((one, other) => one - other));
    const least = Math.min(costOf(start), ...costs);
    expect(least).toBeGreaterThanOrEqual(bound - 1e-4);
    return { start: costOf(start), least, bound };
  });
  const sum = (of: 'start' | 'least' | 'bound'): number => met.reduce((total, each) => total + each[of], 0);
  expect(sum('least')).toBeLessThan(sum('bound') * 1.02);
});

test('gives none twice, and the same ones each time', () => {
  for (const { block, start } of blocks) {
    const sampling = createSampling(block);
    const terms = { start, moves: 500, most: 4, room: all };
    const patterns = sampling.sample(prices, terms);
    const found = createFound({ blocks: [block], links: [] });
    expect(patterns.every((pattern) => found.add(0, pattern))).toBe(true);
    expect(sampling.sample(prices, terms)).toEqual(patterns);
  }
});

test('takes of a link no more than there is room', () => {
  for (const { block, start } of blocks) {
    const room = (link: number): number => start.takes.get(link) ?? 0;
    for (const { takes } of sample(block, start, room))
      for (const [link, amount] of takes) expect(amount).toBeLessThanOrEqual(room(link) + 1e-6);
  }
});
