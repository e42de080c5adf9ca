import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeLabel, labelsFor, readLabel, withoutLabel } from '../../../src/providers/gcp/labels.ts';

test.for([
  ['chat', 'chat'],
  ['op-7/1/2', 'op-7_2f1_2f2'],
  ['Chat_70B.v2', '_43hat_5f70_42_2ev2'],
  ['', ''],
  ['é', '_c3_a9'],
] as const)('%s is written as %s', ([text, written]) => {
  expect(escapeLabel(text)).toBe(written);
});

test('any text that fits is read back, from values the API takes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40, unit: 'binary' }), (text) => {
      const labels = labelsFor('startKey', text);
      if (labels === undefined) return;
      for (const [key, value] of Object.entries(labels)) {
        expect(key).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
        expect(value).toMatch(/^[a-z0-9_-]{0,63}$/);
      }
      expect(readLabel({ ...labels, other: 'x' }, 'startKey')).toBe(text);
    }),
  );
});

test('a text of 63 characters is one label, one more makes a second, and 504 are the most', () => {
  expect(Object.keys(labelsFor('startKey', 'a'.repeat(63)) ?? {})).toEqual(['godwit-start-key']);
  expect(Object.keys(labelsFor('startKey', 'a'.repeat(64)) ?? {})).toEqual(['godwit-start-key', 'godwit-start-key-2']);
  expect(readLabel(labelsFor('startKey', 'a'.repeat(504)) ?? {}, 'startKey')).toBe('a'.repeat(504));
  expect(labelsFor('startKey', 'a'.repeat(505))).toBeUndefined();
});

test('a label that is taken away takes its further parts with it, and nothing else', () => {
  const labels = { ...labelsFor('startKey', 'a'.repeat(130)), ...labelsFor('epoch', '7'), owner: 'us' };
  expect(withoutLabel(labels, 'startKey')).toEqual({ 'godwit-epoch': '7', owner: 'us' });
  expect(readLabel({ owner: 'us' }, 'startKey')).toBeUndefined();
});
