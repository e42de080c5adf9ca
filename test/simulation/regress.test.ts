import { expect, test } from 'vitest';
import { readRegresses } from './regress.ts';
import { runLine } from './run-line.ts';

const limit = { timeout: 30_000 };
const stored = [...readRegresses()].map(([name, regress]) => ({ name, ...regress }));

test('there are worlds to run again', () => {
  expect(stored.length).toBeGreaterThan(0);
});

test.for(stored)('$invariant: $title ($name)', limit, async ({ line }) => {
  const { report, violations } = await runLine(line, {});
  expect(violations).toEqual([]);
  // The program goes other ways than it did then; a world in which nothing of it strikes any more shows nothing.
  expect(report?.decisions.length).toBeGreaterThan(0);
});
