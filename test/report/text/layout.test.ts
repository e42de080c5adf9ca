import fc from 'fast-check';
import { expect, test } from 'vitest';
import { age, span } from '../../../src/model/words.ts';
import { table } from '../../../src/report/text/table.ts';
import { clockTime, iso } from '../../../src/report/text/time.ts';
import { cut, padEnd, padStart, widthOf, wrap } from '../../../src/report/text/width.ts';

test.for([
  [0, '0ms'],
  [-5, '0s'],
  [840, '840ms'],
  [999, '999ms'],
  [1000, '1s'],
  [4200, '4.2s'],
  [9949, '9.9s'],
  [9950, '10s'],
  [45_000, '45s'],
  [59_499, '59s'],
  [60_000, '1m'],
  [92_000, '1m32s'],
  [600_000, '10m'],
  [3_540_000, '59m'],
  [3_600_000, '1h'],
  [7_500_000, '2h05m'],
  [172_799_000, '47h59m'],
  [172_800_000, '2d'],
] as const)('%i ms reads %s', ([ms, text]) => {
  expect(span(ms)).toBe(text);
});

test('an age below a second is none', () => {
  expect([age(999), age(1000), age(61_999)]).toEqual(['0s', '1s', '1m01s']);
});

test('times are in UTC, and an impossible one is the epoch', () => {
  expect(clockTime(Date.UTC(2026, 10, 23, 3, 21, 7))).toBe('03:21:07Z');
  expect(iso(Number.NaN)).toBe('1970-01-01T00:00:00.000Z');
});

test('no cut or wrapped line is wider than asked, wide letters included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), fc.integer({ min: 0, max: 40 }), (text, width) => {
      expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      for (const line of wrap(text, width, 3)) expect(widthOf(line)).toBeLessThanOrEqual(width);
      expect(wrap(text, width, 3).length).toBeLessThanOrEqual(3);
    }),
  );
});

test('wraps between words and cuts the last line', () => {
  expect(wrap('one two three four', 9, 5)).toEqual(['one two', 'three', 'four']);
  expect(wrap('one two three four', 9, 2)).toEqual(['one two', 'three ...']);
  expect(wrap('', 9, 2)).toEqual([]);
});

test('pads by columns, not letters', () => {
  expect(padEnd('世', 4)).toBe('世  ');
  expect(padStart('世', 4)).toBe('  世');
  expect(padEnd('long', 2)).toBe('long');
});

test('aligns columns and keeps to the width', () => {
  const lines = table(
    [
      { title: 'A', align: 'left', maxWidth: 5 },
      { title: 'NUMBER', align: 'right', maxWidth: 8 },
      { title: 'NOTE', align: 'left', maxWidth: 40 },
    ],
    [
      ['abcdefgh', '1', 'short'],
      ['x', '22', 'a note that is far too long for the width'],
    ],
    { width: 30, isAccessible: false },
  );
  expect(lines).toEqual(['A      NUMBER  NOTE', 'ab...       1  short', 'x          22  a note that ...']);
});

test('is a list per row for a screen reader: whole, by name, without marks that need their column', () => {
  const lines = table(
    [
      { title: 'SITE', align: 'left', maxWidth: 5 },
      { title: 'TTFT', align: 'right', maxWidth: 8, spoken: 'first token' },
      { title: 'READY', align: 'right', maxWidth: 8 },
      { title: 'NOTE', align: 'left', maxWidth: 10 },
    ],
    [
      ['a-long-name', '-', '1/2', 'a note that is far too long for the width'],
      ['b', '0.2s', '?/2', ''],
      ['c', '?', '3', '-'],
    ],
    { width: 30, isAccessible: true },
  );
  expect(lines).toEqual([
    '3 rows:',
    'site: a-long-name\n  first token: none\n  ready: 1 of 2\n  note: a note that is far too long for the width',
    'site: b\n  first token: 0.2s\n  ready: unknown of 2',
    'site: c\n  first token: unknown\n  ready: 3\n  note: none',
  ]);
});

test('counts one row as one', () => {
  const [head] = table([{ title: 'A', align: 'left', maxWidth: 5 }], [['x']], { width: 30, isAccessible: true });
  expect(head).toBe('1 row:');
});
