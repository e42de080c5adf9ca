/** Checks a journal from end to end without holding it in memory, beside a running controller. */
import type { JournalHead } from '../../model/journal-entry.ts';
import { emptyHead } from '../chain.ts';
import { type Database, openDatabase } from './database.ts';
import { checkTables, type Finding, walk } from './findings.ts';
import { checkPages, checkSchema } from './inspect.ts';

export type JournalVerdict =
  | {
      readonly kind: 'ok';
      readonly path: string;
      readonly entries: number;
      readonly operations: number;
      readonly head: JournalHead;
    }
  | {
      readonly kind: 'broken';
      readonly path: string;
      /** Entries that are good, counted from the first. */
      readonly entries: number;
      /** The first entry that is not as it should be. */
      readonly seq: number;
      readonly why: string;
    };

/**
 * Follows the chain, and compares the tables read by `status` and resume with the entries they come from. `knownHash` is
 * a journal head seen elsewhere (the gateway keeps one): a journal without it was cut or is an older copy. Throws
 * `NotFound`, or `StoreCorrupt` when the file itself cannot be read.
 */
export function verifyJournal(dir: string, knownHash?: string): JournalVerdict {
  const db = openDatabase(dir, 'read');
  const { path } = db;
  try {
    checkPages(db);
    checkSchema(db);
    return db.readAtOnce(() => {
      const walked = walk(db);
      const { seq: entries } = walked.head;
      const finding = walked.finding ?? checkKnown(db, knownHash, walked.head) ?? checkTables(db);
      if (finding !== undefined) return { kind: 'broken', path, entries, ...finding };
      return { kind: 'ok', path, entries, operations: countOperations(db), head: walked.head };
    });
  } finally {
    db.close();
  }
}

function checkKnown(db: Database, hash: string | undefined, { seq }: JournalHead): Finding | undefined {
  if (hash === undefined || hash === emptyHead.hash) return undefined;
  if (db.all('SELECT 1 FROM journal WHERE hash = ?', hash).length > 0) return undefined;
  return { seq: seq + 1, why: `no entry has the hash seen elsewhere (${hash.slice(0, 12)}…): cut, or an older copy` };
}

function countOperations(db: Database): number {
  return Number(db.all('SELECT count(*) AS n FROM operation')[0]?.['n']);
}
