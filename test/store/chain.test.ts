import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalDraft, JournalEntry } from '../../src/model/journal-entry.ts';
import { emptyHead, link, textOf, verifyChain } from '../../src/store/chain.ts';
import { leaseDraft, operationDraft, operationOf, stepDraft } from '../../src/testkit/store/samples.ts';

function chainOf(length: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let index = 0; index < length; index++) {
    const draft = index === 0 ? operationDraft(operationOf('op-1')) : stepDraft('op-1', index);
    entries.push(link(entries.at(-1) ?? emptyHead, draft).entry);
  }
  return entries;
}

const headOf = (entries: readonly JournalEntry[]) => {
  const { seq, hash } = entries.at(-1) ?? emptyHead;
  return { seq, hash };
};

test('the text of what was read back is the same text', () => {
  fc.assert(
    fc.property(fc.integer(), fc.jsonValue(), (atMs, detail) => {
      const text = textOf({ ...stepDraft('op-1', 0), atMs, detail } as JournalDraft);
      expect(textOf(JSON.parse(text) as JournalDraft)).toBe(text);
    }),
  );
});

test('undefined values do not count, so that what is read back hashes alike', () => {
  const draft = leaseDraft();
  expect(textOf({ ...draft, extra: undefined } as JournalDraft)).toBe(textOf(draft));
});

test('the first hash is SHA-256 over 64 zeros, the number and the draft', () => {
  expect(link(emptyHead, leaseDraft()).entry).toMatchObject({
    seq: 1,
    hash: 'fca7664cbe062fc54b136df7ab03b232395d71eb7b487a4c124c1adcff38cb3e',
  });
});

test('an untouched chain is good up to its head', () => {
  const entries = chainOf(5);
  expect(verifyChain(entries, headOf(entries))).toEqual({ kind: 'ok', head: headOf(entries) });
  expect(verifyChain([])).toEqual({ kind: 'ok', head: emptyHead });
});

test('a chain that grew past a head seen elsewhere is good', () => {
  const entries = chainOf(5);
  expect(verifyChain(entries, headOf(entries.slice(0, 3)))).toMatchObject({ kind: 'ok' });
});

test('any changed value is found at its entry', () => {
  const entries = chainOf(6);
  fc.assert(
    fc.property(fc.nat(5), fc.constantFrom('atMs', 'epoch', 'monoMs'), fc.integer({ min: 9 }), (index, key, value) => {
      const altered = entries.map((entry, at) => (at === index ? { ...entry, [key]: value } : entry));
      expect(verifyChain(altered)).toEqual({ kind: 'broken', seq: index + 1, why: 'altered' });
    }),
    { numRuns: 50 },
  );
});

test('an entry taken out is a gap at its number', () => {
  const entries = chainOf(5);
  expect(verifyChain(entries.toSpliced(2, 1))).toEqual({ kind: 'broken', seq: 3, why: 'gap' });
});

test('two entries exchanged are found at the first of them', () => {
  const [one, two, three] = chainOf(3);
  if (one === undefined || two === undefined || three === undefined) throw new Error('three entries');
  const exchanged = [one, { ...three, seq: 2 }, { ...two, seq: 3 }];
  expect(verifyChain(exchanged)).toEqual({ kind: 'broken', seq: 2, why: 'altered' });
});

test('a chain cut behind a known head is truncated from there', () => {
  const entries = chainOf(5);
  expect(verifyChain(entries.slice(0, 3), headOf(entries))).toEqual({ kind: 'broken', seq: 4, why: 'truncated' });
});

test('a chain that went another way after a restored copy is told from the one that was seen', () => {
  const entries = chainOf(5);
  const restored = entries.slice(0, 3);
  const other = link(restored.at(-1) ?? emptyHead, leaseDraft()).entry;
  const verdict = verifyChain([...restored, other], headOf(entries.slice(0, 4)));
  expect(verdict).toEqual({ kind: 'broken', seq: 4, why: 'replaced' });
});
