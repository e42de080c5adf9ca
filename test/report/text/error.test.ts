import { expect, test } from 'vitest';
import { GodwitError } from '../../../src/errors.ts';
import { errorText, withExit } from '../../../src/report/text/error.ts';

test.for([
  { name: 'that just fits', letters: 68, between: '  ' },
  { name: 'that is one column too long', letters: 69, between: '\n' },
])('the exit code stands behind a line $name, or on its own', ({ letters, between }) => {
  const line = 'x'.repeat(letters);
  expect(withExit(line, 130, 80)).toBe(`${line}${between}(exit 130)`);
  expect(withExit(`${'y'.repeat(90)}\n${line}`, 130, 80)).toBe(`${'y'.repeat(90)}\n${line}${between}(exit 130)`);
});

test('an error with a long hint has its exit code whole', () => {
  const error = new GodwitError('StoreFailed', 'no', { hint: 'h'.repeat(80) });
  expect(errorText(error, 1)).toMatch(/h\n\(exit 1\)$/);
});
