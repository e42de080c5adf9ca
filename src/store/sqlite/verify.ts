/** Checks a journal from end to end without holding it in memory, beside a running controller. */
import { isDeepStrictEqual } from 'node:util';
import type { JournalDraft, JournalHead } from '../../model/journal-entry.ts';
import type { Operation } from '../../model/operation.ts';
import { emptyHead, operationIdOf, verifyPage } from '../chain.ts';
import { type Database, openDatabase, type Row } from './database.ts';
import { parseKept } from './failure.ts';
import { checkPages } from './inspect.ts';
import { chainRowOf } from './journal-store.ts';

const pageSize = 500;

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

type Finding = { readonly seq: number; readonly why: string };

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
    return db.readAtOnce(() => {
      const walked = walk(db);
      const { seq: entries } = walked.head;
      const finding = walked.finding ?? checkKnown(db, knownHash, walked.head) ?? checkOperations(db);
      if (finding !== undefined) return { kind: 'broken', path, entries, ...finding };
      return { kind: 'ok', path, entries, operations: countOperations(db), head: walked.head };
    });
  } finally {
    db.close();
  }
}

function walk(db: Database): { readonly head: JournalHead; readonly finding: Finding | undefined } {
  for (let head = emptyHead; ; ) {
    const page = db.all(
      'SELECT seq, hash, deployment, operation, text FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
      head.seq,
      pageSize,
    );
    const verdict = verifyPage(head, page.map(chainRowOf));
    const found = verdict.kind === 'broken' ? verdict : page.map(findMisfiled).find((each) => each !== undefined);
    if (found !== undefined)
      return { head: { ...head, seq: found.seq - 1 }, finding: { seq: found.seq, why: found.why } };
    if (verdict.kind === 'ok') head = verdict.head;
    if (page.length < pageSize) return { head, finding: undefined };
  }
}

/** The chain covers the text; the columns beside it are what readers search by. Called for rows whose hash is right. */
function findMisfiled(row: Row): Finding | undefined {
  const draft = JSON.parse(String(row['text'])) as JournalDraft;
  if (row['deployment'] === draft.deployment && row['operation'] === (operationIdOf(draft) ?? null)) return undefined;
  return { seq: Number(row['seq']), why: 'filed under another deployment or operation than it says' };
}

function checkKnown(db: Database, hash: string | undefined, { seq }: JournalHead): Finding | undefined {
  if (hash === undefined || hash === emptyHead.hash) return undefined;
  if (db.all('SELECT 1 FROM journal WHERE hash = ?', hash).length > 0) return undefined;
  return { seq: seq + 1, why: `no entry has the hash seen elsewhere (${hash.slice(0, 12)}…): cut, or an older copy` };
}

const isOperationEntry = "json_extract(text, '$.body.kind') = 'operation'";

function checkOperations(db: Database): Finding | undefined {
  const [orphan] = db.all(
    `SELECT seq, operation FROM journal WHERE operation IS NOT NULL AND ${isOperationEntry}
     AND NOT EXISTS (SELECT 1 FROM operation WHERE id = journal.operation) ORDER BY seq LIMIT 1`,
  );
  if (orphan !== undefined) {
    return {
      seq: Number(orphan['seq']),
      why: `operation ${String(orphan['operation'])} is missing from the operations`,
    };
  }
  for (let after = 0; ; ) {
    const page = db.all(
      'SELECT rowid, id, text FROM operation WHERE rowid > ? ORDER BY rowid LIMIT ?',
      after,
      pageSize,
    );
    const finding = page.map((row) => compareOperation(db, row)).find((each) => each !== undefined);
    if (finding !== undefined || page.length < pageSize) return finding;
    after = Number(page.at(-1)?.['rowid']);
  }
}

function compareOperation(db: Database, row: Row): Finding | undefined {
  const id = String(row['id']);
  const [last] = db.all(
    `SELECT seq, text FROM journal WHERE operation = ? AND ${isOperationEntry} ORDER BY seq DESC LIMIT 1`,
    id,
  );
  if (last === undefined) return { seq: 0, why: `operation ${id} is in no journal entry` };
  const { body } = JSON.parse(String(last['text'])) as JournalDraft;
  const kept = parseKept<Operation>(db.path, row['text']);
  if (body.kind === 'operation' && isDeepStrictEqual(body.operation, kept)) return undefined;
  return { seq: Number(last['seq']), why: `operation ${id} is not what its newest entry says` };
}

function countOperations(db: Database): number {
  return Number(db.all('SELECT count(*) AS n FROM operation')[0]?.['n']);
}
