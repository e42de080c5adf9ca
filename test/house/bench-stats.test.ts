import { expect, test } from 'vitest';
import { judge, median, percentile, type Row, renderTable } from '../bench/stats.ts';

test.for([
  { name: 'is the middle of an odd count, whatever the order', values: [9, 1, 5], expected: 5 },
  { name: 'is the mean of the two middles of an even count', values: [4, 1, 3, 2], expected: 2.5 },
  { name: 'sorts as numbers, not as text', values: [100, 20, 3], expected: 20 },
  { name: 'of nothing is no number', values: [], expected: Number.NaN },
])('the median $name', ({ values, expected }) => {
  expect(median(values)).toBe(expected);
});

test.for([
  { share: 0, expected: 1 },
  { share: 0.5, expected: 50 },
  { share: 0.99, expected: 99 },
  { share: 0.991, expected: 100 },
  { share: 1, expected: 100 },
])('the percentile at $share of 1 to 100 is $expected, by nearest rank', ({ share, expected }) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, share)).toBe(expected);
});

test('a percentile of nothing is no number, and leaves its input in order', () => {
  const values = [3, 1, 2];
  percentile(values, 0.5);
  expect(values).toEqual([3, 1, 2]);
  expect(percentile([], 0.5)).toBeNaN();
});

test.for([
  { name: 'within the target is met', value: 0.3, isConclusive: true, verdict: 'met' },
  { name: 'outside the target is missed', value: 0.29, isConclusive: true, verdict: 'missed' },
  { name: 'from a full harness is inconclusive, good or bad', value: 9, isConclusive: false, verdict: 'inconclusive' },
  { name: 'that was not measured is never a success', value: Number.NaN, isConclusive: true, verdict: 'inconclusive' },
] as const)('a figure $name', ({ value, isConclusive, verdict }) => {
  expect(judge(value, (each) => each >= 0.3, isConclusive)).toBe(verdict);
});

test('the table lines its columns up, and says what has no peer, no verdict or was not seen', () => {
  const row: Row = {
    part: 'small',
    what: 'requests/s',
    godwit: 17368,
    peer: 81135,
    value: 0.214,
    target: '>= 0.3',
    verdict: 'missed',
  };
  const reported: Row = { ...row, what: 'ms', godwit: Number.NaN, peer: undefined, target: '', verdict: undefined };
  expect(renderTable([row, reported]).split('\n')).toEqual([
    'part   figure      godwit    peer   ratio  target  verdict',
    'small  requests/s  17368     81135  0.214  >= 0.3  missed',
    'small  ms          not seen  -      0.214          -',
  ]);
});
