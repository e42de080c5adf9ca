import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterAnswer, isConvicted } from '../../../src/core/routing/suspicion.ts';

const after = (letters: string): number => [...letters].reduce((sum, each) => afterAnswer(sum, each === 'b'), 0);

test.for([
  { answers: 'bbb', convicted: false },
  { answers: 'bbbb', convicted: true },
  { answers: 'bgbgbgb', convicted: false },
  { answers: 'bgbgbgbgb', convicted: true },
  { answers: `b${'g'.repeat(6)}bbb`, convicted: false },
  { answers: 'gggggggggggg', convicted: false },
])('$answers convicts: $convicted', ({ answers, convicted }) => {
  expect(isConvicted(after(answers), false)).toBe(convicted);
});

test('with the controller as second witness one bad answer is enough, none is not', () => {
  expect(isConvicted(after('b'), true)).toBe(true);
  expect(isConvicted(after(''), true)).toBe(false);
});

test('the sum is never negative, and good answers never raise it', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (answers) => {
      let sum = 0;
      for (const isBad of answers) {
        const next = afterAnswer(sum, isBad);
        expect(next).toBeGreaterThanOrEqual(0);
        if (!isBad) expect(next).toBeLessThanOrEqual(sum);
        sum = next;
      }
    }),
  );
});
