import { expect, test } from 'vitest';
import { compareWithNoted, headWords, notedHead } from '../../../src/core/drill/noted-head.ts';
import type { DrillEntry } from '../../../src/model/drill-run.ts';

const hashOf = (seq: number): string => String(seq).repeat(64);
const entryOf = (seq: number): DrillEntry => ({
  ...{ seq, hash: hashOf(seq), atMs: seq, monoMs: seq },
  body: { kind: 'note', text: 'said', by: undefined },
});
const entries = [1, 2, 3].map(entryOf);

test('what a note says is read from among other words', () => {
  const head = { seq: 3, hash: hashOf(3) };
  const note = `drill loss passed; ${headWords('dr-7', head)}. Undone.`;
  expect(notedHead('dr-7', note)).toEqual(head);
  expect(notedHead('dr-8', note)).toBeUndefined();
  expect(notedHead('dr-7', 'drill loss passed')).toBeUndefined();
});

test.for([
  { name: 'a record as it was noted', seq: 3, hash: hashOf(3), kind: 'same' },
  { name: 'a record that has findings since', seq: 2, hash: hashOf(2), kind: 'same' },
  { name: 'a record that was written anew', seq: 3, hash: hashOf(4), kind: 'other' },
  { name: 'a record that ends before it', seq: 4, hash: hashOf(4), kind: 'other' },
])('$name is $kind', ({ seq, hash, kind }) => {
  const notes = ['something else', headWords('dr-7', { seq, hash }), headWords('dr-8', { seq: 1, hash: hashOf(9) })];
  expect(compareWithNoted('dr-7', entries, notes)).toMatchObject({ kind });
});

test('a record the journal says nothing of is neither the same nor another', () => {
  expect(compareWithNoted('dr-7', entries, ['said'])).toEqual({ kind: 'not-noted' });
});
