/** Operations (kept by the journal's appends) and what people asked for; in the order they came, whatever the clock said. */
import type { OperationCount } from '../../model/tally.ts';
import type { OperationStore } from '../../ports/store.ts';
import { revisionConflict } from '../refusals.ts';
import type { Database, Row } from './database.ts';
import { operationOf, raiseRevision, requestOf, revisionOf, winnerOf } from './revision.ts';

const defaultLimit = 100;

export function createOperationStore(db: Database): OperationStore {
  return {
    async get(id) {
      const [row] = db.all('SELECT text FROM operation WHERE id = ?', id);
      return row === undefined ? undefined : operationOf(db, row);
    },
    async list({ deployment, open, kinds, sinceMs = 0, limit = defaultLimit }) {
      const rows = db.all(
        `SELECT text FROM operation WHERE (?1 IS NULL OR deployment = ?1) AND (?2 IS NULL OR is_open = ?2) AND (opened_at_ms >= ?3 OR is_open = 1)
         AND (?5 IS NULL OR json_extract(text, '$.plan.kind') IN (SELECT value FROM json_each(?5)))
         ORDER BY rowid DESC LIMIT ?4`,
        deployment ?? null,
        open === undefined ? null : Number(open),
        sinceMs,
        limit,
        kinds === undefined ? null : JSON.stringify(kinds),
      );
      return rows.map((row) => operationOf(db, row));
    },
    async counts(deployment) {
      const rows = db.all(
        `SELECT json_extract(text, '$.plan.kind') AS kind, json_extract(text, '$.plan.trigger') AS "trigger",
         json_extract(text, '$.state') AS outcome, count(*) AS count
         FROM operation WHERE deployment = ? AND is_open = 0 GROUP BY 1, 2, 3`,
        deployment,
      );
      return rows.map(countOf);
    },
    async revision(deployment) {
      return revisionOf(db, deployment);
    },
    async request(request) {
      db.transact(() => {
        const { deployment, revision: yours } = request;
        const present = revisionOf(db, deployment);
        if (present !== yours) throw revisionConflict(request, { present, yours }, winnerOf(db, deployment));
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
        'SELECT text, answer FROM request WHERE deployment = ? AND answer IS NULL ORDER BY rowid LIMIT 1',
        deployment,
      );
      return row === undefined ? undefined : requestOf(db, row);
    },
    async getRequest(id) {
      const [row] = db.all('SELECT text, answer FROM request WHERE id = ?', id);
      return row === undefined ? undefined : requestOf(db, row);
    },
    async answer(id, answer) {
      db.transact(() =>
        db.run('UPDATE request SET answer = ? WHERE id = ? AND answer IS NULL', JSON.stringify(answer), id),
      );
    },
  };
}

/** Of rows that this store wrote: the words are the model's. */
function countOf({ kind, trigger, outcome, count }: Row): OperationCount {
  return { kind, trigger, outcome, count: Number(count) } as OperationCount;
}
