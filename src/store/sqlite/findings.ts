/** Compares what the state file holds with itself: the chain from end to end, and the tables that readers use beside it. */
import { isDeepStrictEqual } from 'node:util';
import type { JournalDraft, JournalHead } from '../../model/journal-entry.ts';
import type { Operation } from '../../model/operation.ts';
import { emptyHead, operationIdOf, verifyPage } from '../chain.ts';
import type { Database, Row } from './database.ts';
import { parseKept } from './failure.ts';
import { chainRowOf } from './journal-store.ts';

const pageSize = 500;

/** `seq`: the first entry that is not as it should be. */
export type Finding = { readonly seq: number; readonly why: string };

/** Follows the chain without holding it in memory. `head`: the newest entry that is good. */
export function walk(db: Database): { readonly head: JournalHead; readonly finding: Finding | undefined } {
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

const isOperationEntry = "json_extract(text, '$.body.kind') = 'operation'";

/** Each operation must be what its newest entry says. */
export function checkOperations(db: Database): Finding | undefined {
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
    const page = db.all('SELECT rowid, * FROM operation WHERE rowid > ? ORDER BY rowid LIMIT ?', after, pageSize);
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
  const isSame = body.kind === 'operation' && isDeepStrictEqual(body.operation, kept);
  // Only what is the same as an entry is known to be an operation at all.
  if (isSame && isFiled(row, kept)) return undefined;
  return { seq: Number(last['seq']), why: `operation ${id} is not what its newest entry says` };
}

/** The columns beside the text are what readers search by. */
function isFiled(row: Row, { id, plan, openedAtMs, endedAtMs }: Operation): boolean {
  return (
    row['id'] === id &&
    row['deployment'] === plan.deployment &&
    row['opened_at_ms'] === openedAtMs &&
    row['is_open'] === Number(endedAtMs === undefined)
  );
}
