/** The head of a drill's record as the journal knows it, so that a record that was written anew as a whole is noticed. */
import type { NotedHead } from '../../model/drill-check.ts';
import type { DrillEntry } from '../../model/drill-run.ts';

interface Head {
  readonly seq: number;
  /** In hex. */
  readonly hash: string;
}

/** What a note in the journal says of a record that has ended. */
export function headWords(run: string, { seq, hash }: Head): string {
  return `the record of ${run} ends with entry ${seq}, ${hash}`;
}

/** The head that a note tells of this run; undefined: it tells none. */
export function notedHead(run: string, note: string): Head | undefined {
  const [, id, seq, hash] = /the record of (dr-[a-z0-9-]+) ends with entry (\d+), ([0-9a-f]{64})/.exec(note) ?? [];
  return id !== run || hash === undefined ? undefined : { seq: Number(seq), hash };
}

/** Compares a record with all that the journal's notes tell of it; findings may have been added since. */
export function compareWithNoted(run: string, entries: readonly DrillEntry[], notes: readonly string[]): NotedHead {
  const heads = notes.flatMap((note) => notedHead(run, note) ?? []);
  for (const { seq, hash } of heads) {
    const found = entries[seq - 1]?.hash;
    if (found !== hash) return { kind: 'other', seq, noted: hash, found };
  }
  return { kind: heads.length === 0 ? 'not-noted' : 'same' };
}
