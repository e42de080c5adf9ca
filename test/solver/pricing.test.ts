import { expect, onTestFinished, test } from 'vitest';
import { takeApart } from '../../src/solver/apart.ts';
import { createFound } from '../../src/solver/found.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { createPricing } from '../../src/solver/pricing.ts';
import { blockProgram } from './support/programs.ts';

const highs = await loadSolver();
const fine = { gap: 0, withinMs: 10_000 };

/** Two blocks of two columns each; a block needs three units of them, and both want the same link for the cheaper one. */
function apart() {
  const column = { least: 0, most: 5, isWhole: true };
  const columns = [0, 1].flatMap((block) => [
    { ...column, cost: 1, block },
    { ...column, cost: 3, block },
  ]);
  const needs = [0, 2].map((first) => ({
    least: 3,
    most: 5,
    terms: [[first, 1] as const, [first + 1, 1] as const],
  }));
  const link = { least: Number.NEGATIVE_INFINITY, most: 4, terms: [[0, 1] as const, [2, 1] as const] };
  const taken = takeApart({ columns, rows: [...needs, link] });
  if (taken === undefined) throw new Error('it is in one piece');
  return taken;
}

function open(block = apart().blocks[0]) {
  if (block === undefined) throw new Error('no block');
  const pricing = createPricing(highs, block);
  onTestFinished(() => pricing.dispose());
  return pricing;
}

test.for([
  { name: 'nothing', price: 0, room: undefined, bound: 3, values: [3, 0] },
  { name: 'less than the other column is dearer', price: 1, room: undefined, bound: 6, values: [3, 0] },
  { name: 'more than the other column is dearer', price: 3, room: undefined, bound: 9, values: [0, 3] },
  { name: 'nothing, with room for two', price: 0, room: 2, bound: 5, values: [2, 1] },
])('fills a block when the link costs $name', ({ price, room, bound, values }) => {
  const terms = room === undefined ? fine : { ...fine, room: () => room };
  const priced = open().price([price], terms);
  expect(priced.bound).toBeCloseTo(bound, 6);
  expect(priced.pattern?.values).toEqual(values);
});

test('room is of one run, and a block that finds none has an infinite bound', () => {
  const pricing = open();
  expect(pricing.price([0], { ...fine, room: () => -1 })).toEqual({
    bound: Number.POSITIVE_INFINITY,
    pattern: undefined,
  });
  expect(pricing.price([0], fine)).toMatchObject({ bound: 3, pattern: { values: [3, 0] } });
});

test('the time of a run does not grow with the runs before it', () => {
  const { columns, rows } = blockProgram(3, { blocks: 150, room: 1.02 });
  const block = takeApart({ columns: columns.map((column) => ({ ...column, block: 0 })), rows })?.blocks[0];
  const pricing = open(block);
  const took = [0, 1, 2, 3].map(() => {
    const began = performance.now();
    pricing.price([], { gap: 0, withinMs: 300 });
    return performance.now() - began;
  });
  expect(took[0]).toBeGreaterThan(200);
  expect(took[3]).toBeLessThan(1200);
});

test('what was found is kept once, and says what prices are worth at most', () => {
  const { blocks, links } = apart();
  const found = createFound({ blocks, links });
  const cheap = { values: [3, 0], cost: 3, takes: new Map([[0, 3]]) };
  const dear = { values: [0, 3], cost: 9, takes: new Map<number, number>() };
  expect(found.estimate([0])).toBe(Number.POSITIVE_INFINITY);
  expect([found.add(0, cheap), found.add(0, { ...cheap }), found.add(0, dear), found.add(1, cheap)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(found.cheapest(0, [1])).toBe(cheap);
  expect(found.cheapest(0, [3])).toBe(dear);
  expect(found.cheapest(0, [0], ({ takes }) => takes.size === 0)).toBe(dear);
  expect(found.costAt(1, [2])).toBe(9);
  // Both at their cheapest, less the room at its price.
  expect(found.estimate([2])).toBe(9 + 9 - 4 * 2);
});
