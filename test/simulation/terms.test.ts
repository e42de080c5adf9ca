import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readTerms } from './terms.ts';

test('runs for thirty seconds on every core when nothing is said', () => {
  expect(readTerms([])).toMatchObject({
    ...{ faults: 'all', from: 1, seeds: undefined, seconds: 30, workers: availableParallelism() },
    ...{ hasSeeds: true, hasMutants: false, replay: undefined, isJson: false },
  });
});

test('a number of seeds needs no limit of time', () => {
  expect(readTerms(['--seeds', '5', '--from', '7', '--workers', '1', '-o', 'json'])).toMatchObject({
    ...{ seeds: 5, seconds: undefined, from: 7, workers: 1, isJson: true },
  });
});

test('the mutants alone are tried unless seeds are asked for as well', () => {
  expect(readTerms(['--mutants'])).toMatchObject({ hasMutants: true, hasSeeds: false });
  expect(readTerms(['--mutants', '--seconds', '9'])).toMatchObject({ hasMutants: true, hasSeeds: true, seconds: 9 });
});

test.for([
  [['--seeds', '0'], 'from 1 to 2147483647'],
  [['--seeds', '1.5'], 'a whole number'],
  [['--seconds', 'x'], '--seconds x'],
  [['--workers', '257'], 'from 1 to 256'],
  [['--faults', 'some'], 'one of all, brisk, calm, people'],
  [['-o', 'yaml'], 'json or table'],
  [['--sedes', '3'], '--sedes'],
  [['extra'], 'extra'],
] as const)('%s is refused', ([argv, why]) => {
  expect(() => readTerms(argv)).toThrow(why);
});
