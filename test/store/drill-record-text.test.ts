import { expect, test } from 'vitest';
import type { DrillDraft } from '../../src/model/drill-run.ts';
import { beganAtMs, continueRecord, noRecord, readRecord } from '../../src/store/drill-record-text.ts';
import { begin, end, finding, note } from './support/drill-drafts.ts';

function textOf(drafts: readonly DrillDraft[]): string {
  const { text, closing } = continueRecord(noRecord, drafts);
  return `${text}${closing}`;
}

const open = textOf([begin(), note('eins'), note('zwölf \uFFFD')]);
const closed = textOf([begin(), note('eins'), end(), finding(1)]);
const records = [
  { name: 'open', text: open },
  { name: 'closed', text: closed },
];

/** The entry that a byte belongs to: what stands before it and behind the last one counts to the next. */
function seqAt(text: string, byte: number): number {
  const lines = Buffer.from(text).subarray(0, byte).toString('latin1').split('\n');
  return lines.length - 1;
}

test.for(records)('a record that is $name is JSON once it is closed, with an entry on each line', ({ text }) => {
  const lines = text.split('\n');
  expect(lines[0]).toBe('[');
  const entries = JSON.parse(text.endsWith(']\n') ? text : `${text}]`) as { seq: number; bytes?: number }[];
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const kept = entries.map(({ bytes, ...entry }) => entry);
  expect(readRecord(Buffer.from(text))?.sight).toMatchObject({ kind: 'whole', entries: kept });
});

test('what was read says nothing of a torn end', () => {
  for (const { text } of records) expect(readRecord(Buffer.from(text))?.sight).not.toHaveProperty('tornBytes');
});

test.for(records)('any byte changed in a record that is $name shows, at the entry it is in', ({ text }) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of [1, 0x20, 0x80, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ mask;
      const sight = readRecord(changed)?.sight;
      expect({ at, mask, kind: sight?.kind }).toEqual({ at, mask, kind: 'broken' });
      if (sight?.kind !== 'broken') continue;
      const last = sight.entries.length;
      expect(sight.seq).toBe(last + 1);
      // What separates two entries stands at the end of a line, and belongs to the one that follows.
      expect([seqAt(text, at), seqAt(text, at) + 1]).toContain(sight.seq);
    }
  }
});

test.for(records)('any byte made white, doubled or taken out of a record that is $name shows', ({ text }) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    const [before, here, after] = [bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at + 1)];
    const spaced = readRecord(Buffer.concat([before, Buffer.from(' '), here, after]))?.sight;
    expect({ at, kind: spaced?.kind }).toEqual({ at, kind: 'broken' });
    const white = readRecord(Buffer.concat([before, Buffer.from(' '), after]))?.sight;
    if (here.toString() !== ' ') expect({ at, kind: white?.kind }).toEqual({ at, kind: 'broken' });
    const doubled = readRecord(Buffer.concat([before, here, here, after]))?.sight;
    expect({ at, kind: doubled?.kind }).toEqual({ at, kind: 'broken' });
  }
});

test('bytes that are no UTF-8 and would be read as the same letters show', () => {
  const bytes = Buffer.from(open);
  const at = bytes.indexOf(Buffer.from('\uFFFD'));
  // The beginning of a letter of four bytes is read as one replacement, as these three are.
  const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xf0, 0x90, 0x80]), bytes.subarray(at + 3)]);
  expect(changed.toString('utf8')).toBe(open);
  expect(readRecord(changed)?.sight).toMatchObject({ kind: 'broken', seq: 3 });
});

test('lines that were dropped or exchanged show at the first that is not in its place', () => {
  const [first = '', one = '', two = '', three = '', four = ''] = closed.split('\n');
  const read = (lines: readonly string[]) => readRecord(Buffer.from([...lines, ']', ''].join('\n')))?.sight;
  expect(read([first, one, two, three, four])).toMatchObject({ kind: 'whole' });
  expect(read([first, one, three, four])).toMatchObject({ kind: 'broken', seq: 2, why: 'number 3 is in its place' });
  expect(read([first, two, three, four])).toMatchObject({ kind: 'broken', seq: 1 });
  expect(read([first, one, three, two, four])).toMatchObject({ kind: 'broken', seq: 2 });
  expect(read([first, one, one, two, three, four])).toMatchObject({ kind: 'broken', seq: 2 });
  expect(readRecord(Buffer.from(`${closed}[]`))?.sight).toMatchObject({ kind: 'broken', seq: 5 });
});

test('a record cut off anywhere gives what is whole, and says that its end is torn', () => {
  const bytes = Buffer.from(closed);
  const whole = [1, 2, 3, 4].map((count) =>
    Buffer.byteLength(continueRecord(noRecord, [begin(), note('eins'), end(), finding(1)].slice(0, count)).text),
  );
  for (let length = 0; length < bytes.length; length++) {
    const read = readRecord(bytes.subarray(0, length));
    const entries = whole.filter((size) => size <= length).length;
    const wholeBytes = whole[entries - 1] ?? 0;
    // Before its end an open record is over after any of its entries.
    const isOver = length === wholeBytes && entries < 3;
    if (entries === 0) expect(read).toBeUndefined();
    else {
      expect({ length, sight: read?.sight.kind }).toEqual({ length, sight: 'whole' });
      expect(read?.sight.entries).toHaveLength(entries);
      expect(read?.end.bytes).toBe(wholeBytes);
      expect(read?.sight.kind === 'whole' ? read.sight.tornBytes : 'broken').toBe(
        isOver ? undefined : length - wholeBytes,
      );
    }
  }
});

test('a record that was cut off goes on where its last whole entry ends', () => {
  const torn = readRecord(Buffer.from(open.slice(0, -5)));
  if (torn === undefined) throw new Error('two entries');
  const next = continueRecord(torn.end, [note('weiter')]);
  const text = `${Buffer.from(open).toString('utf8', 0, torn.end.bytes)}${next.text}`;
  expect(readRecord(Buffer.from(text))?.sight).toMatchObject({
    kind: 'whole',
    entries: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
  });
});

test('a chain that was made anew over something that is no entry is broken', () => {
  const foreign = continueRecord(noRecord, [{ ...note(''), body: 7 as never }]);
  expect(readRecord(Buffer.from(foreign.text))?.sight).toMatchObject({ kind: 'broken', seq: 1 });
});

test('when it began is read from its front alone', () => {
  expect(beganAtMs(open.slice(0, 200))).toBe(begin().atMs);
  expect(beganAtMs('[\n{"seq":1')).toBeUndefined();
  expect(beganAtMs('something else')).toBeUndefined();
});
