import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderFindings } from '../../src/config/finding.ts';
import { nearest, suggestion } from '../../src/config/nearest.ts';
import { parseDuration, parseInstant, parseShare } from '../../src/config/units.ts';
import { writeDuration } from '../../src/config/write-duration.ts';

test.for([
  ['500ms', 500],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['0.4ms', 0],
  ['5', undefined],
  ['5 s', undefined],
  ['-5s', undefined],
  ['5S', undefined],
  ['.5s', undefined],
  ['', undefined],
  [`${'9'.repeat(400)}d`, undefined],
] as const)('the duration %s', ([text, ms]) => {
  expect(parseDuration(text)).toBe(ms);
});

test.for([
  ['25%', 25],
  ['0%', 0],
  ['100%', 100],
  ['1.5%', 1.5],
  ['100.1%', undefined],
  ['-1%', undefined],
  ['25', undefined],
  ['%', undefined],
] as const)('the share %s', ([text, percent]) => {
  expect(parseShare(text)).toBe(percent);
});

test.for([
  ['1970-01-01T00:00:01Z', 1000],
  ['1970-01-01T00:00:01.5Z', 1500],
  ['1970-01-01T02:00:00+02:00', 0],
  ['1970-01-01T00:00:00-00:30', 1_800_000],
  ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ['2027-02-29T00:00:00Z', undefined],
  ['2026-04-31T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-01-01T24:00:00Z', undefined],
  ['2026-01-01T00:00:00+25:00', undefined],
  ['2026-01-01T00:00:00', undefined],
  ['2026-01-01 00:00:00Z', undefined],
  ['2026-01-01', undefined],
  ['tomorrow', undefined],
] as const)('the moment %s', ([text, ms]) => {
  expect(parseInstant(text)).toBe(ms);
});

test('a time is written so that it reads the same again, in its largest whole unit', () => {
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (ms) => parseDuration(writeDuration(ms)) === ms));
  expect([0, 999, 1000, 90_000, 3_600_000, 86_400_000].map(writeDuration)).toEqual([
    '0ms',
    '999ms',
    '1s',
    '90s',
    '1h',
    '1d',
  ]);
});

test.for([
  ['replica', ['replicas', 'region'], ['replicas']],
  ['tfft', ['ttft', 'every'], ['ttft']],
  ['FAILOVER', ['failover'], ['failover']],
  ['listne', ['listen'], ['listen']],
  ['a', ['b', 'c', 'd', 'e'], ['b', 'c', 'd']],
  ['zebra', ['listen', 'hold'], []],
] as const)('near %s', ([wrong, known, expected]) => {
  expect(nearest(wrong, known)).toEqual(expected);
});

test('with nothing near, a short list is shown whole and a long one not at all', () => {
  expect(suggestion('zebra', ['listen', 'hold'])).toBe('known: listen, hold');
  expect(suggestion('xy', ['xz', 'xw'])).toBe('did you mean "xw" or "xz"?');
  expect(
    suggestion(
      'zebra',
      Array.from({ length: 9 }, (_, index) => `listening-${index}`),
    ),
  ).toBeUndefined();
  expect(suggestion('zebra', [])).toBeUndefined();
});

const finding = {
  severity: 'error',
  line: 2,
  column: 4,
  endColumn: 6,
  path: '',
  message: 'wrong',
  hint: undefined,
} as const;

test('draws the line before, the line, the mark and the hint', () => {
  expect(renderFindings([{ ...finding, hint: 'try z' }], 'one\n\tb: xx\r\nthree', 'a.yaml')).toBe(
    [
      'a.yaml:2:4: error: wrong',
      '  1 | one',
      '> 2 |  b: xx',
      '    |    ^^ try z',
      '1 error; nothing was contacted.',
    ].join('\n'),
  );
});

test('draws a warning on the first line without a total', () => {
  const warning = { ...finding, severity: 'warning', line: 1, column: 1, endColumn: 2 } as const;
  expect(renderFindings([warning], 'one', 'a')).toBe('a:1:1: warning: wrong\n> 1 | one\n    | ^');
});

test('keeps a long line, a mark past its end and control characters within bounds', () => {
  const drawn = renderFindings(
    [{ ...finding, column: 500, endColumn: 900, message: '\u001b[31m' }],
    `x\n${'y'.repeat(1000)}`,
    'a',
  );
  expect(drawn).not.toMatch(/[^\P{Cc}\n]/u);
  for (const row of drawn.split('\n')) expect(row.length).toBeLessThan(180);
});
