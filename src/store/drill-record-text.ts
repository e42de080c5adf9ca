/**
 * A drill's record as text: a JSON array with an entry on each line, in which every byte counts. An entry says its own length
 * before its content, so that one whose end is missing is told from one that was changed.
 */
import type { DrillDraft, DrillEntry } from '../model/drill-run.ts';
import type { JournalHead } from '../model/journal-entry.ts';
import type { DrillRecordSight } from '../ports/drill-records.ts';
import { emptyHead, hashEntry, link } from './chain.ts';

const opening = '[\n';
const between = ',\n';
const closing = '\n]\n';

/** Longer than the longest head of an entry, in bytes. */
const longestHead = 128;
const headPattern = /^\{"seq":([1-9]\d{0,8}),"bytes":([1-9]\d{0,8}),"hash":"([0-9a-f]{64})",/;

/** Where a record ends, as far as its next writer needs to know. */
export interface RecordEnd {
  readonly head: JournalHead;
  /** Up to the end of its last entry, and with what closes it. */
  readonly bytes: number;
  readonly sizeBytes: number;
  /** Whether an `end` is in it: only findings come after that. */
  readonly hasEnded: boolean;
}

/** Of a record that has no entry yet. */
export const noRecord: RecordEnd = { head: emptyHead, bytes: 0, sizeBytes: 0, hasEnded: false };

export interface Continued {
  /** What follows the last entry there is. */
  readonly text: string;
  /** What stands behind that once an `end` has come: no part of what is continued later. */
  readonly closing: string;
  readonly end: RecordEnd;
}

/** The entries that follow, as they are written. */
export function continueRecord(before: RecordEnd, drafts: readonly DrillDraft[]): Continued {
  let { head, hasEnded } = before;
  let text = '';
  for (const { atMs, monoMs, body } of drafts) {
    const linked = link(head, { atMs, monoMs, body });
    text += `${head.seq === 0 ? opening : between}${lineOf(linked.entry, linked.text)}`;
    head = { seq: linked.entry.seq, hash: linked.entry.hash };
    hasEnded ||= body.kind === 'end';
  }
  return {
    text,
    closing: hasEnded ? closing : '',
    end: endAt(head, before.bytes + Buffer.byteLength(text), hasEnded),
  };
}

function endAt(head: JournalHead, bytes: number, hasEnded: boolean): RecordEnd {
  return { head, bytes, sizeBytes: hasEnded ? bytes + closing.length : bytes, hasEnded };
}

function lineOf({ seq, hash }: JournalHead, text: string): string {
  return `{"seq":${seq},"bytes":${Buffer.byteLength(text)},"hash":"${hash}",${text.slice(1)}`;
}

/** What `beganAtMs` needs of a record's beginning, in bytes. */
export const frontBytes = 200;

/** When the first entry was written, epoch milliseconds, without a look at the rest; undefined: that is not there to be read. */
export function beganAtMs(front: string): number | undefined {
  const [begun] = headPattern.exec(front.slice(opening.length)) ?? [];
  const [, atMs] = /^"atMs":(\d{1,16}),/.exec(front.slice(opening.length + (begun?.length ?? 0))) ?? [];
  return begun === undefined || atMs === undefined ? undefined : Number(atMs);
}

/** Undefined: there is not one whole entry, nor anything else but the beginning of the first. */
export function readRecord(bytes: Buffer): { readonly sight: DrillRecordSight; readonly end: RecordEnd } | undefined {
  const entries: DrillEntry[] = [];
  let end = noRecord;
  for (;;) {
    const next = nextEntry(bytes, end);
    if (next.kind === 'entry') {
      entries.push(next.entry);
      end = next.end;
      continue;
    }
    if (next.kind === 'broken') {
      const broken = { kind: 'broken', entries, seq: end.head.seq + 1, why: next.why } as const;
      return { sight: broken, end };
    }
    if (entries.length === 0) return undefined;
    return {
      sight: { kind: 'whole', entries, ...(next.kind === 'torn' && { tornBytes: bytes.length - end.bytes }) },
      end,
    };
  }
}

type Next =
  | { readonly kind: 'entry'; readonly entry: DrillEntry; readonly end: RecordEnd }
  | { readonly kind: 'over' }
  | { readonly kind: 'torn' }
  | { readonly kind: 'broken'; readonly why: string };

const altered: Next = { kind: 'broken', why: 'it is not what was written' };

function nextEntry(bytes: Buffer, before: RecordEnd): Next {
  const { head } = before;
  const separator = head.seq === 0 ? opening : between;
  const ahead = bytes.toString('latin1', before.bytes, before.bytes + separator.length + longestHead);
  if (ahead === (before.hasEnded ? closing : '')) return { kind: 'over' };
  if (isPartOf(ahead, separator) || (before.hasEnded && isPartOf(ahead, closing))) return { kind: 'torn' };
  if (!ahead.startsWith(separator)) return altered;
  const headFrom = before.bytes + separator.length;
  const [front, seq, size, hash] = headPattern.exec(ahead.slice(separator.length)) ?? [];
  if (front === undefined)
    return isPartOfHead(ahead.slice(separator.length), head.seq + 1) ? { kind: 'torn' } : altered;
  if (Number(seq) !== head.seq + 1) return { kind: 'broken', why: `number ${seq} is in its place` };
  const from = headFrom + front.length;
  const until = from + Number(size) - 1;
  const rest = bytes.subarray(from, until);
  const text = `{${rest.toString('utf8')}`;
  if (until > bytes.length) return isCutOff(text) ? { kind: 'torn' } : altered;
  // The bytes themselves: those that are no UTF-8 are read as others.
  if (hash === undefined || hashEntry(head, text) !== hash || !Buffer.from(text.slice(1)).equals(rest)) return altered;
  const draft = draftIn(text);
  if (draft === undefined) return altered;
  const hasEnded = before.hasEnded || draft.body.kind === 'end';
  const here: JournalHead = { seq: head.seq + 1, hash };
  return { kind: 'entry', entry: { ...draft, ...here }, end: endAt(here, until, hasEnded) };
}

/** A beginning of it, and not all. */
function isPartOf(text: string, whole: string): boolean {
  return text.length < whole.length && whole.startsWith(text);
}

function isPartOfHead(text: string, seq: number): boolean {
  const fixed = `{"seq":${seq},"bytes":`;
  if (!text.startsWith(fixed)) return isPartOf(text, fixed);
  const [digits = ''] = /^(?:[1-9]\d{0,8})?/.exec(text.slice(fixed.length)) ?? [];
  const behind = text.slice(fixed.length + digits.length);
  if (digits === '') return behind === '';
  const hash = /^,"hash":"([0-9a-f]*)/.exec(behind);
  if (hash === null) return isPartOf(behind, ',"hash":"');
  const [begun, hex = ''] = hash;
  return hex.length <= 64 && (behind === begun || (hex.length === 64 && isPartOf(behind.slice(begun.length), '",')));
}

/** Undefined: whoever wrote it and hashed it is none of ours. */
function draftIn(text: string): DrillDraft | undefined {
  try {
    const draft = JSON.parse(text) as Partial<DrillDraft>;
    return typeof draft.body?.kind === 'string' ? (draft as DrillDraft) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it stops in the middle: what is an entry by itself, or goes on with another, only claims to be longer. */
function isCutOff(text: string): boolean {
  if (text.includes('\n')) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
