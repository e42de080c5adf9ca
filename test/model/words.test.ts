import { expect, test } from 'vitest';
import { span, weightsText } from '../../src/model/words.ts';

test.for([
  [-5, '0s'],
  [840, '840ms'],
  [12_345, '12s'],
  [60_000, '1m'],
  [600_000, '10m'],
  [7_500_000, '2h05m'],
] as const)('%d ms are said as %s', ([ms, text]) => {
  expect(span(ms)).toBe(text);
});

test('weights are said with their sites, without those that have none', () => {
  expect(weightsText({ ams: 75, ber: 25, cph: 0 })).toBe('ams 75%, ber 25%');
  expect(weightsText({ ams: 0 })).toBe('no weight anywhere');
  expect(weightsText(Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`s${at}`, 10])))).toMatch(/2 more$/);
});
