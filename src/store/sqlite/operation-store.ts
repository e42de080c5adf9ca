/** Operations (kept by the journal's appends) and what people asked for. */
import { GodwitError } from '../../errors.ts';
import type { Operation, OperationRequest, RequestAnswer } from '../../model/operation.ts';
import type { OperationStore } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { raiseRevision } from './journal-store.ts';

const defaultLimit = 100;

export function createOperationStore(db: Database): OperationStore {
  const revisionOf = (deployment: string): number => {
    const [row] = db.all('SELECT revision FROM revision WHERE deployment = ?', deployment);
    return Number(row?.['revision'] ?? 0);
  };
  return {
    async get(id) {
      const [row] = db.all('SELECT text FROM operation WHERE id = ?', id);
      return row === undefined ? undefined : operationOf(row);
    },
    async list({ deployment, open, sinceMs = 0, limit = defaultLimit }) {
      const rows = db.all(
        `SELECT text FROM operation WHERE (?1 IS NULL OR deployment = ?1) AND (?2 IS NULL OR is_open = ?2) AND (opened_at_ms >= ?3 OR is_open = 1)
         ORDER BY opened_at_ms DESC, rowid DESC LIMIT ?4`,
        deployment ?? null,
        open === undefined ? null : Number(open),
        sinceMs,
        limit,
      );
      return rows.map(operationOf);
    },
    async revision(deployment) {
      return revisionOf(deployment);
    },
    async request(request) {
      db.transact(() => {
        const revision = revisionOf(request.deployment);
        if (revision !== request.revision) throw conflict(db, request, revision);
        db.run(
          'INSERT INTO request VALUES (?, ?, ?, ?, NULL)',
          request.id,
          request.deployment,
          request.atMs,
          JSON.stringify(request),
        );
        raiseRevision(db, request.deployment);
      });
    },
    async nextRequest(deployment) {
      const [row] = db.all(
        'SELECT text, answer FROM request WHERE deployment = ? AND answer IS NULL ORDER BY at_ms, rowid LIMIT 1',
        deployment,
      );
      return row === undefined ? undefined : requestOf(row);
    },
    async getRequest(id) {
      const [row] = db.all('SELECT text, answer FROM request WHERE id = ?', id);
      return row === undefined ? undefined : requestOf(row);
    },
    async answer(id, answer) {
      db.transact(() =>
        db.run('UPDATE request SET answer = ? WHERE id = ? AND answer IS NULL', JSON.stringify(answer), id),
      );
    },
  };
}

function conflict(db: Database, request: OperationRequest, revision: number): GodwitError {
  const [row] = db.all(
    'SELECT text, answer FROM request WHERE deployment = ? ORDER BY at_ms DESC, rowid DESC LIMIT 1',
    request.deployment,
  );
  const other = row === undefined ? 'the controller' : `${requestOf(row).by.name}@${requestOf(row).by.host}`;
  return new GodwitError(
    'RevisionConflict',
    `${request.deployment} changed meanwhile (revision ${revision}, yours ${request.revision}); last: ${other}`,
    {
      hint: `look again: godwit status ${request.deployment}`,
    },
  );
}

function operationOf(row: Record<string, unknown>): Operation {
  return JSON.parse(String(row['text'])) as Operation;
}

function requestOf(row: Record<string, unknown>): OperationRequest {
  const answer = row['answer'] === null ? undefined : (JSON.parse(String(row['answer'])) as RequestAnswer);
  return { ...(JSON.parse(String(row['text'])) as OperationRequest), answer };
}
