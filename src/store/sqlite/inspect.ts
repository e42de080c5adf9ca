/** Looks for damage before anything is built on the state file. */
import { statSync } from 'node:fs';
import { emptyHead, verifyPage } from '../chain.ts';
import type { Database } from './database.ts';
import { corrupt, guarded } from './failure.ts';
import { readHead, readRows } from './journal-store.ts';

/** A file up to this size is checked whole at every opening (about 2 ms per MiB); a larger one by `journal verify`. */
const wholeCheckBytes = 16 * 1024 * 1024;
/** Entries at the end of the chain that are checked at every opening. */
const tailLength = 256;

/** Throws `StoreCorrupt`, and closes the database, when the pages or the newest entries are not what was written. */
export function refuseDamaged(db: Database): void {
  try {
    if (guarded(db.path, () => statSync(db.path)).size <= wholeCheckBytes) checkPages(db);
    db.readAtOnce(() => checkTail(db));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Throws `StoreCorrupt` with SQLite's own words for the first damage it finds. */
export function checkPages(db: Database): void {
  const found = db.all('PRAGMA integrity_check(1)').map((row) => String(row['integrity_check']));
  if (found[0] !== 'ok') throw corrupt(db.path, String(found[0]));
}

function checkTail(db: Database): void {
  const { seq } = readHead(db);
  const rows = readRows(db, Math.max(0, seq - tailLength - 1), tailLength + 1);
  const [first, ...others] = rows;
  // From the first entry on the chain can be followed from nothing; else the entry before the tail is taken as it is.
  const verdict = first === undefined || first.seq === 1 ? verifyPage(emptyHead, rows) : verifyPage(first, others);
  if (verdict.kind === 'broken') throw corrupt(db.path, `journal entry ${verdict.seq} is broken (${verdict.why})`);
}
