/** Opens the state file: WAL, full synchronisation, private to its owner; turns SQLite's failures into ours. */
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { GodwitError, messageOf } from '../../errors.ts';
import { migrations } from './schema.ts';

/** How long a write waits for another process's transaction, in milliseconds. */
const busyTimeoutMs = 5000;
const corruptCodes = new Set([11, 26]);

export interface Database {
  readonly path: string;
  all(sql: string, ...values: SQLInputValue[]): Record<string, SQLInputValue>[];
  run(sql: string, ...values: SQLInputValue[]): number;
  /** One transaction, durable when it returns; nothing of it stays when `work` throws. */
  transact<T>(work: () => T): T;
  close(): void;
}

export function databasePath(dir: string): string {
  return join(dir, 'state.db');
}

/** `read` never creates or changes anything, and works beside a writer. */
export function openDatabase(dir: string, mode: 'read' | 'write'): Database {
  const path = databasePath(dir);
  if (mode === 'write') makePrivate(dir);
  else if (!existsSync(path)) {
    throw new GodwitError('NotFound', `no state in ${dir}`, { hint: 'start a controller first: godwit run' });
  }
  if (existsSync(path) && lstatSync(path).isSymbolicLink()) {
    throw new GodwitError('StoreFailed', `${path} is a symbolic link; the state file must be a plain file`);
  }
  const db = guarded(
    path,
    () => new DatabaseSync(path, { readOnly: mode === 'read', timeout: busyTimeoutMs, defensive: true }),
  );
  if (mode === 'write') prepare(db, path);
  return wrap(db, path);
}

function makePrivate(dir: string): void {
  guarded(dir, () => mkdirSync(dir, { recursive: true, mode: 0o700 }));
  const { mode } = statSync(dir);
  if ((mode & 0o022) !== 0) {
    throw new GodwitError('StoreFailed', `others can write to the state directory ${dir}`, {
      hint: `chmod 700 ${dir}`,
    });
  }
}

function prepare(db: DatabaseSync, path: string): void {
  guarded(path, () => {
    // The -wal and -shm files take their mode from the database file.
    chmodSync(path, 0o600);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    db.exec('BEGIN IMMEDIATE');
    const [row] = db.prepare('PRAGMA user_version').all();
    const version = Number(row?.['user_version'] ?? 0);
    if (version > migrations.length) {
      db.exec('ROLLBACK');
      throw new GodwitError('StoreFailed', `${path} was written by a newer godwit (version ${version})`, {
        hint: 'use that version',
      });
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  });
}

function wrap(db: DatabaseSync, path: string): Database {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  let failure: GodwitError | undefined;
  const statement = (sql: string) => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  return {
    path,
    all: (sql, ...values) => guarded(path, () => statement(sql).all(...values) as Record<string, SQLInputValue>[]),
    run: (sql, ...values) => Number(guarded(path, () => statement(sql).run(...values)).changes),
    transact(work) {
      // After one failed write nobody knows what the file holds: this handle is not trusted with another.
      if (failure !== undefined) throw failure;
      guarded(path, () => db.exec('BEGIN IMMEDIATE'));
      try {
        const value = work();
        guarded(path, () => db.exec('COMMIT'));
        return value;
      } catch (error) {
        if (db.isTransaction) guarded(path, () => db.exec('ROLLBACK'));
        if (error instanceof GodwitError && error.code === 'StoreFailed') failure = error;
        throw error;
      }
    },
    close: () => db.close(),
  };
}

/** Runs a call of SQLite or the file system and says in our words what went wrong. */
function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    if (corruptCodes.has(code)) {
      throw new GodwitError('StoreCorrupt', `${path} is damaged: ${messageOf(error)}`, {
        hint: 'nothing was changed; restore the file from a backup, or move it away to begin anew',
        cause: error,
      });
    }
    throw new GodwitError('StoreFailed', `${path}: ${messageOf(error)}`, {
      hint: 'traffic goes on at the last weights; check free space and permissions of the state directory',
      cause: error,
    });
  }
}
