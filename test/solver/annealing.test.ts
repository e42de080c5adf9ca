import { expect, test } from 'vitest';
import { createAnnealing } from '../../src/solver/annealing.ts';
import { takeApart } from '../../src/solver/apart.ts';
import { loadSolver } from '../../src/solver/load.ts';
import { solveWhole } from '../../src/solver/solve.ts';
import { blockProgram, costOf, wrongWith } from './support/programs.ts';

const highs = await loadSolver();

/** A clock that goes on by a millisecond at each look: the same steps on every machine. */
function lookedAt(withinMs: number): () => number {
  let leftMs = withinMs;
  return () => leftMs--;
}

function annealed(seed: number, { forMs, withinMs }: { readonly forMs: number; readonly withinMs: number }) {
  const program = blockProgram(seed, { blocks: 12, room: 1.2 });
  const apart = takeApart(program);
  const dear = program.columns.map((column) => ({ ...column, cost: -column.cost }));
  const start = solveWhole(highs, { ...program, columns: dear }, { gap: 0, withinMs: 10_000 });
  if (apart === undefined || start.kind !== 'solved') throw new Error('no beginning');
  const values = createAnnealing(highs, { program, apart }, { forMs, leftMs: lookedAt(withinMs) })(start.values);
  return { program, apart, start: start.values, values };
}

test.for([1, 2, 3, 4, 5])('the dearest solution gets cheaper, and every row is kept: seed %i', (seed) => {
  const { program, start, values } = annealed(seed, { forMs: 100, withinMs: 10_000 });
  expect(wrongWith(program, values)).toBeUndefined();
  expect(costOf(program, values)).toBeLessThan(costOf(program, start));
});

test('without any time left the solution is what it was', () => {
  const { start, values } = annealed(1, { forMs: 100, withinMs: 0 });
  expect(values).toEqual(start);
});

test('what breaks a row is not taken: the beginning is given back', () => {
  const { program, apart, values } = annealed(1, { forMs: 100, withinMs: 10_000 });
  const broken = values.map((value, column) => (program.columns[column]?.isWhole ? value + 0.5 : value));
  expect(createAnnealing(highs, { program, apart }, { forMs: 20, leftMs: lookedAt(10_000) })(broken)).toBe(broken);
});
