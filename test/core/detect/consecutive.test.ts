import { expect, test } from 'vitest';
import { countRuns } from '../../../src/core/detect/consecutive.ts';
import { badRatioOf } from '../../../src/core/detect/ratio.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { answer, nowMs } from '../support/view.ts';

/** `g`ood, `b`ad, `u`nknown, oldest first, 100 ms apart, the newest 100 ms ago. */
function history(letters: string): readonly Observation[] {
  const outcomes = { g: 'good', b: 'bad', u: 'unknown' } as const;
  return [...letters].map((letter, index) =>
    answer((letters.length - index) * 100, outcomes[letter as keyof typeof outcomes]),
  );
}

test.for([
  ['', 0, 0],
  ['g', 0, 1],
  ['b', 1, 0],
  ['bbg', 0, 1],
  ['ggb', 1, 0],
  ['gbb', 2, 0],
  ['bub', 2, 0],
  ['gub', 1, 0],
  ['gbu', 1, 0],
  ['guug', 0, 2],
  ['uu', 0, 0],
] as const)('%s ends with %i failures or %i successes in a row', ([letters, failuresInARow, successesInARow]) => {
  expect(countRuns(history(letters))).toEqual({ failuresInARow, successesInARow });
});

test.for([
  { name: 'says nothing one answer short of the minimum', letters: 'bbb', minimum: 4, ratio: undefined },
  { name: 'counts with exactly the minimum', letters: 'gbbb', minimum: 4, ratio: 0.75 },
  { name: 'passes over answers that saw nothing', letters: 'gubub', minimum: 3, ratio: 2 / 3 },
  { name: 'is 0 when all are good', letters: 'gggg', minimum: 4, ratio: 0 },
])('the ratio $name', ({ letters, minimum, ratio }) => {
  expect(badRatioOf(history(letters), { windowMs: 10_000, minimumSamples: minimum }, nowMs)).toBe(ratio);
});

test('the ratio leaves out an answer exactly as old as the window, and takes one a millisecond younger', () => {
  const old = answer(1000, 'bad');
  const young = answer(500, 'good');
  expect(badRatioOf([old, young], { windowMs: 1000, minimumSamples: 1 }, nowMs)).toBe(0);
  expect(badRatioOf([old, young], { windowMs: 1001, minimumSamples: 1 }, nowMs)).toBe(0.5);
});
