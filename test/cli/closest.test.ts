import { expect, test } from 'vitest';
import { closest } from '../../src/cli/closest.ts';

const known = ['site-a', 'site-b', 'chat', 'embed-small'];

test.for([
  ['chat', 'chat'],
  ['chta', 'chat'],
  ['hcat', 'chat'],
  ['cha', 'chat'],
  ['chatt', 'chat'],
  ['chxx', undefined],
  ['site_b', 'site-b'],
  ['embed-smal', 'embed-small'],
  ['embedsmll', 'embed-small'],
  ['embdsmll', undefined],
  ['', undefined],
] as const)('%j is taken for %s', ([typed, word]) => {
  expect(closest(typed, known)).toBe(word);
});

test('is not slowed down by a very long word', () => {
  expect(closest('x'.repeat(1_000_000), known)).toBeUndefined();
});
