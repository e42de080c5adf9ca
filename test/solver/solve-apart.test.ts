import { expect, test } from 'vitest';
import { formulate } from '../../src/core/placement/formulate.ts';
import { isFilling, takeApart } from '../../src/solver/apart.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { solveWhole } from '../../src/solver/solve.ts';
import { solve } from '../../src/solver/solve-apart.ts';
import { realisticProblem } from '../core/placement/support/realistic.ts';
import { blockProgram, costOf, wrongWith } from './support/programs.ts';

const highs = await loadSolver();
const now = (): number => performance.now();
const within = { gap: 0.02, withinMs: 30_000 };
/** The solver's own time is the limit. */
const limits = { timeout: 90_000 };

test.for([
  { name: 'with room for all', room: 2 },
  { name: 'that want more than there is of the cheapest', room: 1.15 },
])('150 blocks $name: within the gap, and within every row', limits, ({ room }) => {
  const program = blockProgram(7, { blocks: 150, room });
  expect(program.columns.length).toBeGreaterThan(1500);
  const solution = solve(highs, program, within, now);
  if (solution.kind !== 'solved') throw new Error(JSON.stringify(solution));
  expect(wrongWith(program, solution.values)).toBeUndefined();
  expect(solution.cost).toBeCloseTo(costOf(program, solution.values), 6);
  expect(solution.bound).toBeLessThanOrEqual(solution.cost);
  expect((solution.cost - solution.bound) / solution.cost).toBeLessThanOrEqual(0.02);
  // In one piece it is no cheaper than what was proven.
  const whole = solveWhole(highs, program, { gap: 0.02, withinMs: 20_000 });
  if (whole.kind !== 'solved') throw new Error(JSON.stringify(whole));
  expect(solution.bound).toBeLessThanOrEqual(whole.cost + 1e-6);
  expect(whole.bound).toBeLessThanOrEqual(solution.cost + 1e-6);
});

test(
  'sixty deployments at thirty sites, with scarce machines: a placement that breaks no row, and a bound below it',
  limits,
  () => {
    const program = formulate(realisticProblem(1, { deployments: 60, sites: 30, room: 4 })).program;
    expect(program.columns.length).toBeGreaterThan(1500);
    const solution = solve(highs, program, { gap: 0.001, withinMs: 6000 }, now);
    if (solution.kind !== 'solved') throw new Error(JSON.stringify(solution));
    expect(wrongWith(program, solution.values)).toBeUndefined();
    expect(solution.cost).toBeCloseTo(costOf(program, solution.values), 6);
    const whole = solveWhole(highs, program, { gap: 0.001, withinMs: 5000 });
    if (whole.kind !== 'solved') throw new Error(JSON.stringify(whole));
    expect(solution.bound).toBeLessThanOrEqual(whole.cost + 1e-6);
    expect(whole.bound).toBeLessThanOrEqual(solution.cost + 1e-6);
  },
);

test.for([
  { name: 'all blocks together', room: 0.4, demand: undefined },
  { name: 'one block', room: 2, demand: 1e6 },
])('what $name cannot meet is infeasible', ({ room, demand }) => {
  const program = blockProgram(7, { blocks: 150, room });
  const rows = program.rows.map((row, index) =>
    index === 3 && demand !== undefined ? { ...row, least: demand, most: demand } : row,
  );
  expect(solve(highs, { ...program, rows }, within, now)).toEqual({ kind: 'infeasible' });
});

test('a beginning that is no solution does no harm, and one that is need not be found', limits, () => {
  const program = blockProgram(9, { blocks: 150, room: 1.5 });
  const first = solve(highs, program, { ...within, start: program.columns.map(() => 1) }, now);
  if (first.kind !== 'solved') throw new Error(JSON.stringify(first));
  expect(wrongWith(program, first.values)).toBeUndefined();
  const again = solve(highs, program, { ...within, start: first.values }, now);
  if (again.kind !== 'solved') throw new Error(JSON.stringify(again));
  expect(wrongWith(program, again.values)).toBeUndefined();
});

test('what it is given to begin with is the worst that comes of it, in however short a time', limits, () => {
  const program = blockProgram(9, { blocks: 150, room: 1.5 });
  const first = solve(highs, program, { gap: 0.02, withinMs: 30_000 }, now);
  if (first.kind !== 'solved') throw new Error(JSON.stringify(first));
  // The clock of this one jumps: its time is over once every block has been priced.
  let calls = 0;
  const jumps = (): number => (calls++ < 200 ? 0 : 60_000);
  const again = solve(highs, program, { gap: 0, withinMs: 30_000, start: first.values }, jumps);
  if (again.kind !== 'solved') throw new Error(JSON.stringify(again));
  expect(again.cost).toBeLessThanOrEqual(first.cost + 1e-9);
  expect(wrongWith(program, again.values)).toBeUndefined();
});

test('what it is given is the answer when the time is over before every block was looked at', limits, () => {
  const program = blockProgram(9, { blocks: 150, room: 1.5 });
  const first = solve(highs, program, { gap: 0.02, withinMs: 30_000 }, now);
  if (first.kind !== 'solved') throw new Error(JSON.stringify(first));
  let calls = 0;
  const jumps = (): number => (calls++ < 40 ? 0 : 60_000);
  const again = solve(highs, program, { gap: 0, withinMs: 30_000, start: first.values }, jumps);
  if (again.kind !== 'solved') throw new Error(JSON.stringify(again));
  expect(again.cost).toBeCloseTo(first.cost, 6);
  expect(again.bound).toBeLessThanOrEqual(first.cost);
  expect(wrongWith(program, again.values)).toBeUndefined();
});

test('what the first round proved stands, when a later one is not proven any more', limits, () => {
  const program = blockProgram(7, { blocks: 150, room: 1.15 });
  const first = solve(highs, program, { gap: 0.02, withinMs: 30_000 }, now);
  if (first.kind !== 'solved') throw new Error(JSON.stringify(first));
  const bounds = [200, 300, 400, 500].map((most) => {
    let calls = 0;
    const jumps = (): number => (calls++ < most ? 0 : 60_000);
    const again = solve(highs, program, { gap: 0, withinMs: 3000, start: first.values }, jumps);
    return again.kind === 'solved' ? again.bound : Number.NaN;
  });
  for (const bound of bounds) expect(bound).toBeGreaterThanOrEqual((bounds[0] ?? 0) - 1e-6);
});

test('takes a program apart at the rows that blocks share, a lower limit as the opposite of an upper one', () => {
  const column = { cost: 1, least: 0, most: 4, isWhole: true };
  const columns = [
    { ...column, block: 0 },
    { ...column, block: 1 },
    { ...column, block: 1 },
  ];
  const rows = [
    { least: 1, most: 3, terms: [[1, 2] as const, [2, 1] as const] },
    { least: 2, most: 6, terms: [[0, 1] as const, [2, 3] as const] },
  ];
  const apart = takeApart({ columns, rows });
  expect(apart?.links).toEqual([
    { room: 6, row: 1, sign: 1 },
    { room: -2, row: 1, sign: -1 },
  ]);
  expect(apart?.blocks.map(({ places, rows: own }) => ({ places, own: own.length }))).toEqual([
    { places: [0], own: 0 },
    { places: [1, 2], own: 1 },
  ]);
  expect(apart?.blocks[1]?.takes).toEqual([
    [],
    [
      { link: 0, amount: 3 },
      { link: 1, amount: -3 },
    ],
  ]);
  expect(takeApart({ columns: [...columns, column], rows })).toBeUndefined();
});

test.for([
  { values: [1, 1], is: true },
  { values: [0, 3], is: true },
  { values: [0, 4], is: false },
  { values: [0, 0], is: false },
  { values: [5, 0], is: false },
  { values: [0.5, 0], is: false },
])('$values fills a block: $is', ({ values, is }) => {
  const column = { cost: 1, least: 0, most: 4, isWhole: true, block: 0 };
  const row = { least: 1, most: 3, terms: [[0, 2] as const, [1, 1] as const] };
  const block = takeApart({ columns: [column, column], rows: [row] })?.blocks[0];
  expect(block !== undefined && isFilling(block, values)).toBe(is);
});
