/** The journal in SQLite: one transaction appends, links the chain and keeps the operations table in step. */
import type { JournalDraft, JournalEntry, JournalHead } from '../../model/journal-entry.ts';
import type { JournalStore } from '../../ports/store.ts';
import { type ChainRow, emptyHead, isFenced, link, operationIdOf } from '../chain.ts';
import { leaseLost } from '../refusals.ts';
import type { Database, Row } from './database.ts';
import { parseKept } from './failure.ts';
import { raiseRevision } from './revision.ts';
import { keepStanding } from './standing-store.ts';

const defaultLimit = 1000;

export function createJournalStore(db: Database): JournalStore {
  return {
    async append(drafts) {
      return db.transact(() => {
        for (const draft of drafts.filter(isFenced)) refuseOldEpoch(db, draft);
        return appendRows(db, drafts);
      });
    },
    async head() {
      return readHead(db);
    },
    async read({ deployment, operationId, afterSeq = 0, beforeSeq, limit = defaultLimit }) {
      // One text per combination, so that each uses its index; an `OR ? IS NULL` would read the whole journal.
      const wheres = ['seq > ?'];
      const values: (string | number)[] = [afterSeq];
      if (beforeSeq !== undefined) {
        wheres.push('seq < ?');
        values.push(beforeSeq);
      }
      if (deployment !== undefined) {
        wheres.push('deployment = ?');
        values.push(deployment);
      }
      if (operationId !== undefined) {
        wheres.push('operation = ?');
        values.push(operationId);
      }
      const sql = `SELECT seq, hash, text FROM journal WHERE ${wheres.join(' AND ')} ORDER BY seq DESC LIMIT ?`;
      const rows = [...db.all(sql, ...values, limit)].reverse();
      return rows.map(
        (row): JournalEntry => ({
          ...parseKept<JournalDraft>(db.path, row['text']),
          seq: Number(row['seq']),
          hash: String(row['hash']),
        }),
      );
    },
  };
}

/** Inside a transaction: links the chain and keeps the tables beside it in step. */
export function appendRows(db: Database, drafts: readonly JournalDraft[]): JournalHead {
  let head = readHead(db);
  for (const draft of drafts) {
    const { entry, text } = link(head, draft);
    db.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, ?)',
      entry.seq,
      entry.hash,
      draft.deployment,
      operationIdOf(draft) ?? null,
      text,
    );
    keepOperation(db, draft);
    keepStanding(db, draft);
    head = { seq: entry.seq, hash: entry.hash };
  }
  return head;
}

/** Rows as they lie in the file, for checking the chain: oldest first. */
export function readRows(db: Database, afterSeq: number, limit: number): readonly ChainRow[] {
  const rows = db.all('SELECT seq, hash, text FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', afterSeq, limit);
  return rows.map(chainRowOf);
}

/** A row of the journal as the chain sees it. */
export function chainRowOf(row: Row): ChainRow {
  return { seq: Number(row['seq']), hash: String(row['hash']), text: String(row['text']) };
}

/** The newest entry's number and hash. */
export function readHead(db: Database): JournalHead {
  const [row] = db.all('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1');
  return row === undefined ? emptyHead : { seq: Number(row['seq']), hash: String(row['hash']) };
}

/** A controller that lost its lease without noticing must not write a word more. */
function refuseOldEpoch(db: Database, { deployment, epoch }: JournalDraft): void {
  const [row] = db.all('SELECT epoch FROM lease WHERE deployment = ?', deployment);
  const newest = Number(row?.['epoch'] ?? 0);
  if (newest > epoch) throw leaseLost(deployment, { newest, epoch });
}

function keepOperation(db: Database, { body, deployment }: JournalDraft): void {
  if (body.kind !== 'operation') return;
  const { operation } = body;
  const isNew = db.all('SELECT 1 FROM operation WHERE id = ?', operation.id).length === 0;
  db.run(
    `INSERT INTO operation VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, text = excluded.text`,
    operation.id,
    deployment,
    operation.openedAtMs,
    operation.endedAtMs === undefined ? 1 : 0,
    JSON.stringify(operation),
  );
  if (isNew) raiseRevision(db, deployment);
}
