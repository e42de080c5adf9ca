/** Compares what the state file holds with itself: the chain from end to end, and the tables that readers use beside it. */
import { isDeepStrictEqual } from 'node:util';
import type { JournalDraft, JournalHead } from '../../model/journal-entry.ts';
import type { Operation } from '../../model/operation.ts';
import type { Standing } from '../../model/standing.ts';
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

/** What readers use beside the journal says what the journal says. */
export function checkTables(db: Database): Finding | undefined {
  return checkOperations(db) ?? checkStanding(db);
}

/** Each operation must be what its newest entry says. */
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

/** Each standing thing must be what the newest entry of its key says, and none may be missing. */
function checkStanding(db: Database): Finding | undefined {
  const entries = db.all(
    `SELECT max(seq) AS seq, deployment, json_extract(text, '$.body.key') AS key, json_extract(text, '$.body.standing') AS text
     FROM journal WHERE json_extract(text, '$.body.kind') = 'standing' GROUP BY deployment, key`,
  );
  const keyOf = (row: Row): string => JSON.stringify([row['deployment'], row['key']]);
  const kept = new Map(db.all('SELECT * FROM standing').map((row) => [keyOf(row), row]));
  for (const entry of entries) {
    const row = kept.get(keyOf(entry));
    kept.delete(keyOf(entry));
    const said = entry['text'] === null ? undefined : parseKept<Standing>(db.path, entry['text']);
    const has = row === undefined ? undefined : parseKept<Standing>(db.path, row['text']);
    if (!isDeepStrictEqual(said, has) || (row !== undefined && row['at_ms'] !== said?.atMs))
      return { seq: Number(entry['seq']), why: `${String(entry['key'])} is not what its newest entry says` };
  }
  const [stranger] = kept.values();
  return stranger === undefined ? undefined : { seq: 0, why: `${String(stranger['key'])} is in no journal entry` };
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
