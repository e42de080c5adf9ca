import { expect, test } from 'vitest';
import type { Comparator, Expression } from '../../src/model/expression.ts';
import { limitOn, mostUntil, mostWhile } from '../../src/model/limits.ts';

const errors = (comparator: Comparator, value: number): Expression => limitOn('errorRate', comparator, value);
const fast = limitOn('ttft.p95', '<=', 2000);
const all = (...of: readonly Expression[]): Expression => ({ kind: 'all', text: 'it', of });
const any = (...of: readonly Expression[]): Expression => ({ kind: 'any', text: 'it', of });

test('a limit is written as one would', () => {
  const limits = [limitOn('errorRate', '<=', 0.015), limitOn('ttft.p95', '<', 1500), limitOn('moves', '=', 0)];
  expect(limits.map(({ text }) => text)).toEqual(['errorRate <= 1.5%', 'ttft.p95 < 1500ms', 'moves = 0']);
  expect(limits[0]).toMatchObject({ kind: 'comparison', signal: 'errorRate', comparator: '<=', value: 0.015 });
});

test.for<{ name: string; lines: readonly Expression[]; most: number | undefined }>([
  { name: 'no line', lines: [], most: undefined },
  { name: 'at most', lines: [errors('<=', 0.02)], most: 0.02 },
  { name: 'less than', lines: [errors('<', 0.02)], most: 0.02 },
  { name: 'exactly', lines: [errors('=', 0)], most: 0 },
  { name: 'at least', lines: [errors('>=', 0.02)], most: undefined },
  { name: 'more than', lines: [errors('>', 0.02)], most: undefined },
  { name: 'anything but', lines: [errors('!=', 0.02)], most: undefined },
  { name: 'another signal', lines: [fast], most: undefined },
  { name: 'several lines: the strictest', lines: [errors('<=', 0.05), fast, errors('<=', 0.02)], most: 0.02 },
  { name: 'and: the strictest', lines: [all(errors('<=', 0.05), errors('<=', 0.02))], most: 0.02 },
  { name: 'and with another signal', lines: [all(errors('<=', 0.05), fast)], most: 0.05 },
  { name: 'or: the widest', lines: [any(errors('<=', 0.05), all(errors('<=', 0.02), fast))], most: 0.05 },
  { name: 'or with another signal: none', lines: [any(errors('<=', 0.05), fast)], most: undefined },
  {
    name: 'a condition',
    lines: [{ kind: 'condition', text: 'it', condition: 'every standby is ready' }],
    most: undefined,
  },
])('all lines hold up to: $name', ({ lines, most }) => {
  expect(mostWhile(lines, 'errorRate')).toBe(most);
});

test.for<{ name: string; lines: readonly Expression[]; most: number | undefined }>([
  { name: 'no line', lines: [], most: undefined },
  { name: 'at least', lines: [errors('>=', 0.5)], most: 0.5 },
  { name: 'more than', lines: [errors('>', 0.5)], most: 0.5 },
  { name: 'anything but', lines: [errors('!=', 0)], most: 0 },
  { name: 'at most', lines: [errors('<=', 0.5)], most: undefined },
  { name: 'less than', lines: [errors('<', 0.5)], most: undefined },
  { name: 'several lines: the first', lines: [errors('>=', 0.5), fast, errors('>=', 0.3)], most: 0.3 },
  { name: 'or: the first', lines: [any(errors('>=', 0.5), errors('>=', 0.3))], most: 0.3 },
  { name: 'and: the last', lines: [all(errors('>=', 0.5), errors('>=', 0.3))], most: 0.5 },
  { name: 'and with another signal: none', lines: [all(errors('>=', 0.5), fast)], most: undefined },
])('no line holds up to: $name', ({ lines, most }) => {
  expect(mostUntil(lines, 'errorRate')).toBe(most);
});
