/** The number that grows with every change somebody may have based a decision on, and who made the last one. */
import type { Operation, OperationRequest, RequestAnswer } from '../../model/operation.ts';
import { lastChange } from '../refusals.ts';
import type { Database, Row } from './database.ts';
import { parseKept } from './failure.ts';

export function revisionOf(db: Database, deployment: string): number {
  const [row] = db.all('SELECT revision FROM revision WHERE deployment = ?', deployment);
  return Number(row?.['revision'] ?? 0);
}

/** Whoever based a decision on the revision before must look again. */
export function raiseRevision(db: Database, deployment: string): void {
  db.run(
    'INSERT INTO revision VALUES (?, 1) ON CONFLICT (deployment) DO UPDATE SET revision = revision + 1',
    deployment,
  );
}

/** Whoever came in between: the newest request or operation. */
export function winnerOf(db: Database, deployment: string): string | undefined {
  const [request] = db.all(
    'SELECT text, answer FROM request WHERE deployment = ? ORDER BY rowid DESC LIMIT 1',
    deployment,
  );
  const [operation] = db.all('SELECT text FROM operation WHERE deployment = ? ORDER BY rowid DESC LIMIT 1', deployment);
  return lastChange(
    request === undefined ? undefined : requestOf(db, request),
    operation === undefined ? undefined : operationOf(db, operation),
  );
}

/** As it is kept. */
export function operationOf(db: Database, row: Row): Operation {
  return parseKept(db.path, row['text']);
}

/** With its answer, once it has one. */
export function requestOf(db: Database, row: Row): OperationRequest {
  const answer = row['answer'] === null ? undefined : parseKept<RequestAnswer>(db.path, row['answer']);
  return { ...parseKept<OperationRequest>(db.path, row['text']), answer };
}
