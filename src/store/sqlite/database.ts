/** Opens the state file: WAL, full synchronisation, private to its owner; stops trusting it after one failed write. */
import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { GodwitError } from '../../errors.ts';
import { endsTrust, guarded, isBusy } from './failure.ts';
import { databasePath, findFile, isOnReadOnlyDisk, makePrivateFile, noState } from './files.ts';
import { migrations } from './schema.ts';

/** How long a write waits for another process's transaction, in milliseconds. The wait blocks this process. */
const busyTimeoutMs = 2000;
const walRetryMs = 20;

export type Row = Readonly<Record<string, SQLInputValue>>;

export interface Database {
  readonly path: string;
  all(sql: string, ...values: SQLInputValue[]): readonly Row[];
  /** The number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** One transaction, durable when it returns; nothing of it stays when `work` throws. */
  transact<T>(work: () => T): T;
  /** Everything read inside is of one moment, whatever others write meanwhile. */
  readAtOnce<T>(work: () => T): T;
  /** A second time does nothing. */
  close(): void;
}

/** `read` changes no data, and works beside a writer. Throws `NotFound`, `StoreFailed` or `StoreCorrupt`. */
export function openDatabase(dir: string, mode: 'read' | 'write'): Database {
  const path = databasePath(dir);
  if (mode === 'write') makePrivateFile(dir);
  else findFile(dir);
  const options = { readOnly: mode === 'read', timeout: busyTimeoutMs, defensive: true };
  // WAL needs files beside the database. Where none can be made nobody can write either, so the file stands still.
  const isStill = mode === 'read' && isOnReadOnlyDisk(dir) && !existsSync(`${path}-wal`);
  const location = isStill ? new URL(`${pathToFileURL(path).href}?immutable=1`) : path;
  const db = guarded(path, () => new DatabaseSync(location, options));
  try {
    guarded(path, () => (mode === 'write' ? prepare(db, path) : refuseOtherVersion(db, dir)));
  } catch (error) {
    db.close();
    throw error;
  }
  return wrap(db, path);
}

/** Brings a new or older file to the present version. Of several processes that come at once, one does the work. */
function prepare(db: DatabaseSync, path: string): void {
  enterWal(db);
  db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON');
  // Opening an up-to-date file takes no write lock: a hanging writer must not keep others from coming in.
  if (versionOf(db) === migrations.length) return;
  db.exec('BEGIN IMMEDIATE');
  const version = versionOf(db);
  if (version > migrations.length) throw newerFile(path, version);
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.exec(`PRAGMA user_version = ${migrations.length}`);
  db.exec('COMMIT');
}

/** While one process changes the mode of a new file SQLite turns others away at once, whatever the busy timeout. */
function enterWal(db: DatabaseSync): void {
  for (let triesLeft = busyTimeoutMs / walRetryMs; ; triesLeft--) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || triesLeft === 0) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, walRetryMs);
    }
  }
}

function refuseOtherVersion(db: DatabaseSync, dir: string): void {
  const version = versionOf(db);
  // Version 0: a controller is making the file this very moment, or died over it.
  if (version === 0) throw noState(dir);
  if (version > migrations.length) throw newerFile(databasePath(dir), version);
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}

function newerFile(path: string, version: number): GodwitError {
  return new GodwitError('StoreFailed', `${path} was written by a newer godwit (version ${version})`, {
    hint: 'use that version of godwit',
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
  const within = <T>(begin: string, work: () => T): T => {
    try {
      guarded(path, () => db.exec(begin));
      const value = work();
      guarded(path, () => db.exec('COMMIT'));
      return value;
    } catch (error) {
      if (endsTrust(error)) failure ??= error;
      // SQLite has rolled back by itself after some failures of the disk.
      if (db.isOpen && db.isTransaction) guarded(path, () => db.exec('ROLLBACK'));
      throw error;
    }
  };
  return {
    path,
    all: (sql, ...values) => guarded(path, () => statement(sql).all(...values)),
    run: (sql, ...values) => Number(guarded(path, () => statement(sql).run(...values)).changes),
    transact(work) {
      // After one failed write nobody knows what the file holds: this handle is not trusted with another (I29).
      if (failure !== undefined) throw distrusted(path, failure);
      return within('BEGIN IMMEDIATE', work);
    },
    readAtOnce: (work) => within('BEGIN', work),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

function distrusted(path: string, failure: GodwitError): GodwitError {
  return new GodwitError(failure.code, `${path} is not written any more after an earlier failure: ${failure.message}`, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    cause: failure,
  });
}
