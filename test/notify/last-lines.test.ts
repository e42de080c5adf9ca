import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastLines } from '../../src/notify/last-lines.ts';

test.for([
  { name: 'one that just fits is whole', text: 'ab\ncd\n', most: 6, is: 'ab\ncd\n' },
  { name: 'one byte less leaves the first line out', text: 'ab\ncd\n', most: 5, is: 'cd\n' },
  { name: 'a line that just fits stays', text: 'ab\ncd\n', most: 3, is: 'cd\n' },
  { name: 'a line that does not loses its beginning', text: 'ab\ncd\n', most: 2, is: 'd\n' },
  { name: 'no letter is cut in two', text: 'ab\nåäö', most: 5, is: 'äö' },
  { name: 'nor is the last', text: 'xxxxxxxxx🦢', most: 4, is: '🦢' },
  { name: 'not even half a letter fits', text: '🦢', most: 3, is: '' },
  { name: 'nothing', text: '', most: 3, is: '' },
])('$name', ({ text, most, is }) => {
  expect(lastLines(text, most)).toBe(is);
});

test('it is always an end of the text, and never too long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, most) => {
      const last = lastLines(text, most);
      return Buffer.byteLength(last) <= most && text.endsWith(last);
    }),
  );
});
