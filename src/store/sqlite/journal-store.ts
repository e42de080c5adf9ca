/** The journal in SQLite: one transaction appends, links the chain and keeps the operations table in step. */
import { GodwitError } from '../../errors.ts';
import type { JournalDraft, JournalEntry, JournalHead } from '../../model/journal-entry.ts';
import type { JournalStore } from '../../ports/store.ts';
import { emptyHead, link } from '../chain.ts';
import type { Database } from './database.ts';

const defaultLimit = 1000;

export function createJournalStore(db: Database): JournalStore {
  return {
    async append(drafts) {
      return db.transact(() => {
        for (const draft of drafts) refuseOldEpoch(db, draft);
        let head = readHead(db);
        for (const draft of drafts) {
          const { entry, text } = link(head, draft);
          db.run(
            'INSERT INTO journal VALUES (?, ?, ?, ?, ?)',
            entry.seq,
            entry.hash,
            draft.deployment,
            operationIdOf(draft),
            text,
          );
          if (draft.body.kind === 'operation') keepOperation(db, draft);
          head = { seq: entry.seq, hash: entry.hash };
        }
        return head;
      });
    },
    async head() {
      return readHead(db);
    },
    async read({ deployment, operationId, afterSeq = 0, limit = defaultLimit }) {
      const rows = db.all(
        `SELECT seq, hash, text FROM journal WHERE seq > ?1 AND (?2 IS NULL OR deployment = ?2) AND (?3 IS NULL OR operation = ?3)
         ORDER BY seq DESC LIMIT ?4`,
        afterSeq,
        deployment ?? null,
        operationId ?? null,
        limit,
      );
      return rows.reverse().map(
        (row): JournalEntry => ({
          ...(JSON.parse(String(row['text'])) as JournalDraft),
          seq: Number(row['seq']),
          hash: String(row['hash']),
        }),
      );
    },
  };
}

/** Rows as they lie in the file, for checking the chain: oldest first. */
export function readRows(
  db: Database,
  afterSeq: number,
  limit: number,
): readonly { readonly seq: number; readonly hash: string; readonly text: string }[] {
  const rows = db.all('SELECT seq, hash, text FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', afterSeq, limit);
  return rows.map((row) => ({ seq: Number(row['seq']), hash: String(row['hash']), text: String(row['text']) }));
}

function readHead(db: Database): JournalHead {
  const [row] = db.all('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1');
  return row === undefined ? emptyHead : { seq: Number(row['seq']), hash: String(row['hash']) };
}

/** A controller that lost its lease without noticing must not write a word more. */
function refuseOldEpoch(db: Database, { deployment, epoch }: JournalDraft): void {
  const [row] = db.all('SELECT epoch FROM lease WHERE deployment = ?', deployment);
  const newest = Number(row?.['epoch'] ?? 0);
  if (newest > epoch)
    throw new GodwitError('LeaseLost', `the lease of ${deployment} is at epoch ${newest}, this writer at ${epoch}`);
}

function operationIdOf({ body }: JournalDraft): string | null {
  if (body.kind === 'operation') return body.operation.id;
  return body.kind === 'step' ? body.operationId : null;
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

/** Whoever based a decision on the revision before must look again. */
export function raiseRevision(db: Database, deployment: string): void {
  db.run(
    'INSERT INTO revision VALUES (?, 1) ON CONFLICT (deployment) DO UPDATE SET revision = revision + 1',
    deployment,
  );
}
