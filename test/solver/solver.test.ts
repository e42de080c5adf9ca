import { expect, onTestFinished, test } from 'vitest';
import type { ReadCall } from '../../src/ports/call.ts';
import { createSolver } from '../../src/solver/index.ts';
import { blockProgram, smallProgram } from './support/programs.ts';

const call = (signal = new AbortController().signal): ReadCall => ({ signal, deadlineAtMonoMs: 60_000 });
const terms = { gap: 0, withinMs: 20_000 };

function open(url = new URL('../../src/solver/worker.ts', import.meta.url)) {
  const solver = createSolver(url);
  onTestFinished(() => solver.close());
  return solver;
}

const column = { cost: 3, least: 0, most: 10, isWhole: true };
const atLeast = (least: number) => ({ least, most: Number.POSITIVE_INFINITY, terms: [[0, 2] as const] });

test('solves what is asked at once one after the other, off this thread', async () => {
  const solver = open();
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 5);
  const [one, none] = await Promise.all([
    solver.solve({ columns: [column], rows: [atLeast(7)] }, terms, call()),
    solver.solve({ columns: [column], rows: [atLeast(21)] }, terms, call()),
    solver.solve(blockProgram(3, { blocks: 60, room: 1.3 }), { gap: 0.05, withinMs: 5000 }, call()),
  ]);
  clearInterval(timer);
  expect(one).toEqual({ kind: 'solved', values: [4], cost: 12, bound: 12 });
  expect(none).toEqual({ kind: 'infeasible' });
  expect(turns).toBeGreaterThan(0);
});

test('one that is called off is unknown, and the next is solved all the same', async () => {
  const solver = open();
  const off = new AbortController();
  const long = solver.solve(
    blockProgram(3, { blocks: 400, room: 1.05 }),
    { gap: 0, withinMs: 60_000 },
    call(off.signal),
  );
  off.abort();
  expect(await long).toEqual({ kind: 'unknown', message: 'it was called off' });
  expect(await solver.solve(smallProgram(1), terms, call(off.signal))).toMatchObject({ kind: 'unknown' });
  expect(await solver.solve({ columns: [column], rows: [] }, terms, call())).toMatchObject({ kind: 'solved', cost: 0 });
});

test('calling one off leaves those that wait alone, and the time of each counts from its turn', async () => {
  const solver = open();
  const off = new AbortController();
  const hard = blockProgram(3, { blocks: 400, room: 1.05 });
  const first = solver.solve(hard, { gap: 0, withinMs: 60_000 }, call(off.signal));
  const second = solver.solve({ columns: [column], rows: [atLeast(7)] }, terms, call());
  const third = solver.solve({ columns: [column], rows: [atLeast(9)] }, terms, call(off.signal));
  off.abort();
  expect(await first).toEqual({ kind: 'unknown', message: 'it was called off' });
  expect(await second).toMatchObject({ kind: 'solved', cost: 12 });
  expect(await third).toEqual({ kind: 'unknown', message: 'it was called off' });
});

test('a worker that cannot be started is no solution, and says why', async () => {
  const solver = open(new URL('./no-such-worker.ts', import.meta.url));
  expect(await solver.solve({ columns: [column], rows: [] }, terms, call())).toEqual({
    kind: 'unknown',
    message: expect.stringMatching(/^the solver failed: .*no-such-worker/),
  });
});

test('what waits when it is closed is unknown', async () => {
  const solver = open();
  const waits = solver.solve(blockProgram(3, { blocks: 400, room: 1.05 }), { gap: 0, withinMs: 60_000 }, call());
  await solver.close();
  expect(await waits).toEqual({ kind: 'unknown', message: 'the solver was closed' });
});
