import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sanitize } from '../../../src/report/text/sanitize.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

test.for(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 60), text] as const))('disarms %s', ([, text]) => {
  const clean = sanitize(text);
  expect(clean).not.toMatch(terminalControls);
  expect(clean).not.toContain('\n');
  expect(clean.isWellFormed()).toBe(true);
  expect(Array.from(clean).length).toBeLessThanOrEqual(200);
});

test('disarms any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 3, max: 300 }), (text, limit) => {
      const clean = sanitize(text, limit);
      expect(clean).not.toMatch(terminalControls);
      expect(Array.from(clean).length).toBeLessThanOrEqual(limit);
    }),
  );
});

test.for([
  ['plain text', 'plain text'],
  ['Grüße, 世界 ✔', 'Grüße, 世界 ✔'],
  ['\u001b[1;31mred\u001b[0m and \u001b]8;;http://e\u001b\\link\u001b]8;;\u001b\\', 'red and link'],
  ['two\nlines\r\nhere', 'two lines here'],
  ['\u001b]0;title never closed', '0;title never closed'],
] as const)('turns %j into %j', ([text, clean]) => {
  expect(sanitize(text)).toBe(clean);
});

test('cuts at the limit and says so', () => {
  expect(sanitize('x'.repeat(20), 20)).toBe('x'.repeat(20));
  expect(sanitize('x'.repeat(21), 20)).toBe(`${'x'.repeat(17)}...`);
});

test('takes well under a tenth of a second for megabytes of broken sequences', () => {
  const startedMs = performance.now();
  for (const piece of ['\u001b[', '\u001b]', '\u001b]x\u001b', '\u009d']) sanitize(piece.repeat(500_000));
  expect(performance.now() - startedMs).toBeLessThan(100);
});

test('counts wide letters as two columns and marks as none', () => {
  expect(widthOf('abc')).toBe(3);
  expect(widthOf('世界')).toBe(4);
  expect(widthOf('é')).toBe(1);
  expect(widthOf('✔')).toBe(1);
});
