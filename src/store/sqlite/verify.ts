/** Checks a journal from end to end without holding it in memory. */
import type { JournalHead } from '../../model/journal-entry.ts';
import { emptyHead, verifyPage } from '../chain.ts';
import { openDatabase } from './database.ts';
import { readRows } from './journal-store.ts';

const pageSize = 500;

export type JournalVerdict =
  | { readonly kind: 'ok'; readonly path: string; readonly entries: number; readonly head: JournalHead }
  | {
      readonly kind: 'broken';
      readonly path: string;
      readonly entries: number;
      readonly seq: number;
      readonly why: string;
    };

/** Throws `NotFound` or `StoreCorrupt` when the file itself cannot be read. */
export function verifyJournal(dir: string): JournalVerdict {
  const db = openDatabase(dir, 'read');
  const { path } = db;
  try {
    const damage = db
      .all('PRAGMA quick_check(1)')
      .map((row) => String(row['quick_check']))
      .find((text) => text !== 'ok');
    if (damage !== undefined)
      return { kind: 'broken', path, entries: 0, seq: 0, why: `the file is damaged: ${damage}` };
    let head = emptyHead;
    for (;;) {
      const rows = readRows(db, head.seq, pageSize);
      const verdict = verifyPage(head, rows);
      if (verdict.kind === 'broken')
        return { kind: 'broken', path, entries: head.seq, seq: verdict.seq, why: verdict.why };
      head = verdict.head;
      if (rows.length < pageSize) return { kind: 'ok', path, entries: head.seq, head };
    }
  } finally {
    db.close();
  }
}
