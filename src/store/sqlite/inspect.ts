/** Looks for damage before anything is built on the state file. */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { emptyHead, verifyPage } from '../chain.ts';
import type { Database } from './database.ts';
import { corrupt, guarded } from './failure.ts';
import { checkTables, walk } from './findings.ts';
import { readHead, readRows } from './journal-store.ts';
import { migrations } from './schema.ts';

/** A file up to this size is checked whole at every opening; a larger one by `journal verify`. */
const wholeCheckBytes = 16 * 1024 * 1024;
/** Entries at the end of the chain that are checked at every opening. */
const tailLength = 256;

/** Throws `StoreCorrupt`, and closes the database, when it does not hold what was written. */
export function refuseDamaged(db: Database): void {
  try {
    checkSchema(db);
    const isSmall = guarded(db.path, () => statSync(db.path)).size <= wholeCheckBytes;
    if (isSmall) checkPages(db);
    db.readAtOnce(() => (isSmall ? checkWhole(db) : checkTail(db)));
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

/** A flipped bit in the name of a column or a constraint leaves a database that is sound, and not ours. */
export function checkSchema(db: Database): void {
  const sql = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name';
  const found = JSON.stringify(db.all(sql));
  const fresh = new DatabaseSync(':memory:');
  try {
    for (const migration of migrations) fresh.exec(migration);
    if (found !== JSON.stringify(fresh.prepare(sql).all()))
      throw corrupt(db.path, 'its tables are not those of this version');
  } finally {
    fresh.close();
  }
}

/** The newest operations are what a controller acts on: each must be what the journal says of it. */
function checkWhole(db: Database): void {
  const finding = walk(db).finding ?? checkTables(db);
  if (finding !== undefined) throw corrupt(db.path, `journal entry ${finding.seq} is broken (${finding.why})`);
}

function checkTail(db: Database): void {
  const { seq } = readHead(db);
  const rows = readRows(db, Math.max(0, seq - tailLength - 1), tailLength + 1);
  const [first, ...others] = rows;
  // From the first entry on the chain can be followed from nothing; else the entry before the tail is taken as it is.
  const verdict = first === undefined || first.seq === 1 ? verifyPage(emptyHead, rows) : verifyPage(first, others);
  if (verdict.kind === 'broken') throw corrupt(db.path, `journal entry ${verdict.seq} is broken (${verdict.why})`);
}
