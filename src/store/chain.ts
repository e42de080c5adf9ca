/** The hash chain of the journal and of drills' records: each entry's hash covers the one before it, so a later edit shows. */
import { hash } from 'node:crypto';
import type { JournalDraft, JournalEntry, JournalHead } from '../model/journal-entry.ts';

/** The head of an empty chain. */
export const emptyHead: JournalHead = { seq: 0, hash: '0'.repeat(64) };

/**
 * The text that is stored and hashed. Reading it and writing it again gives the same text, so an entry that was read back
 * can be checked without it.
 */
export function textOf(draft: object): string {
  return JSON.stringify(draft);
}

/** SHA-256 in hex over the previous hash, the sequence number and the draft's JSON. */
export function hashEntry(previous: JournalHead, text: string): string {
  return hash('sha256', `${previous.hash}\n${previous.seq + 1}\n${text}`);
}

/** The entry that follows `previous`, with the text it was hashed from. */
export function link<D extends object>(
  previous: JournalHead,
  draft: D,
): { readonly entry: D & JournalHead; readonly text: string } {
  const text = textOf(draft);
  return { entry: { ...draft, seq: previous.seq + 1, hash: hashEntry(previous, text) }, text };
}

/** The operation an entry belongs to, where it belongs to one. */
export function operationIdOf({ body }: JournalDraft): string | undefined {
  if (body.kind === 'operation') return body.operation.id;
  return body.kind === 'step' || body.kind === 'note' ? body.operationId : undefined;
}

/** What a person writes down changes nothing by itself: it needs no lease, and is under no epoch. */
export function isFenced({ body, by }: JournalDraft): boolean {
  return body.kind !== 'note' && !(body.kind === 'standing' && by.kind === 'person');
}

/** An entry as it is stored. */
export interface ChainRow {
  readonly seq: number;
  readonly hash: string;
  /** The draft's JSON. */
  readonly text: string;
}

/**
 * `gap`: an entry is missing before a later one. `altered`: an entry, or the one before it, is not what was hashed.
 * `truncated`: the chain ends before a head that is known to have been. `replaced`: it has another entry in its place.
 */
export type ChainBreak = 'gap' | 'altered' | 'truncated' | 'replaced';

export type ChainVerdict =
  | { readonly kind: 'ok'; readonly head: JournalHead }
  /** `seq`: the first entry that is not as it should be. */
  | { readonly kind: 'broken'; readonly seq: number; readonly why: ChainBreak };

/** Checks one page of rows against the head before it. */
export function verifyPage(before: JournalHead, rows: readonly ChainRow[]): ChainVerdict {
  let head = before;
  for (const { seq, hash, text } of rows) {
    if (seq !== head.seq + 1) return { kind: 'broken', seq: head.seq + 1, why: 'gap' };
    if (hashEntry(head, text) !== hash) return { kind: 'broken', seq, why: 'altered' };
    head = { seq, hash };
  }
  return { kind: 'ok', head };
}

/** Checks a whole journal, as `read` gives it, and that it reaches a head seen elsewhere (the gateway keeps one). */
export function verifyChain(entries: readonly JournalEntry[], known: JournalHead = emptyHead): ChainVerdict {
  const rows = entries.map(({ seq, hash, ...draft }) => ({ seq, hash, text: textOf(draft) }));
  const verdict = verifyPage(emptyHead, rows);
  if (verdict.kind === 'broken' || known.seq === 0) return verdict;
  const found = rows[known.seq - 1];
  if (found === undefined) return { kind: 'broken', seq: verdict.head.seq + 1, why: 'truncated' };
  return found.hash === known.hash ? verdict : { kind: 'broken', seq: known.seq, why: 'replaced' };
}
