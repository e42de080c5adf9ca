import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moveShare } from '../../src/core/share.ts';
import { anyWeights, view } from './support/view.ts';

test('a part that the source is named for stays with it (I5)', () => {
  const seen = view({ weights: { left: 100, right: 0 } });
  expect(moveShare(seen, 'left', { left: 22, right: 78 }, 100)).toEqual({ left: 22, right: 78 });
});

test('however a share is divided, the weights sum to 100 (I5)', () => {
  fc.assert(
    fc.property(
      anyWeights('left', 'right'),
      anyWeights('left', 'right'),
      fc.integer({ min: 1, max: 100 }),
      (weights, split, sharePct) => {
        const after = Object.values(moveShare(view({ weights }), 'left', split, sharePct));
        expect(after.reduce((sum, each) => sum + each, 0)).toBe(100);
        expect(after.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
      },
    ),
  );
});
