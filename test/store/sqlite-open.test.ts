import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaseDraft, operationDraft, operationOf } from '../../src/testkit/store/samples.ts';
import { makeTempDir, openOn } from './support/subjects.ts';

let dir: string;
let path: string;

beforeEach(() => {
  dir = makeTempDir();
  path = join(dir, 'state.db');
});

afterEach(() => rmSync(dir, { recursive: true }));

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

test('the directory is made for its owner alone, and so are all files in it, whatever the umask', async () => {
  const inner = join(dir, 'a', 'state');
  const before = process.umask(0);
  try {
    const store = openOn(inner);
    await store.journal.append([leaseDraft()]);
    expect(modeOf(inner)).toBe('700');
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) expect(modeOf(join(inner, name))).toBe('600');
    await store.close();
  } finally {
    process.umask(before);
  }
});

test('a state file others could read becomes private when it is opened', async () => {
  await openOn(dir).close();
  chmodSync(path, 0o644);
  await openOn(dir).close();
  expect(modeOf(path)).toBe('600');
});

test.for([0o770, 0o707, 0o722])('a state directory of mode %i that others can write to is refused', (mode) => {
  chmodSync(dir, mode);
  const refused = expect.objectContaining({ code: 'StoreFailed', hint: `chmod 700 ${dir}` });
  expect(() => openOn(dir)).toThrow(refused);
  expect(existsSync(path)).toBe(false);
});

test('a reader refuses a directory others can write to as well', async () => {
  await openOn(dir).close();
  chmodSync(dir, 0o777);
  expect(() => openOn(dir, 'read')).toThrow(expect.objectContaining({ code: 'StoreFailed' }));
});

test('a state file that is a symbolic link is refused and what it points at is left alone', () => {
  const other = join(dir, 'other');
  writeFileSync(other, 'precious');
  symlinkSync(other, path);
  for (const mode of ['write', 'read'] as const) {
    expect(() => openOn(dir, mode)).toThrow(/symbolic link/);
  }
  expect(readFileSync(other, 'utf8')).toBe('precious');
});

test('a dangling link is refused too', () => {
  symlinkSync(join(dir, 'nowhere'), path);
  expect(() => openOn(dir)).toThrow(/symbolic link/);
  expect(existsSync(join(dir, 'nowhere'))).toBe(false);
});

test('a directory in the place of the state file is refused', () => {
  mkdirSync(path);
  expect(() => openOn(dir)).toThrow(/no plain file/);
});

test('a state directory that is a file is refused', () => {
  writeFileSync(path, '');
  expect(() => openOn(path)).toThrow(expect.objectContaining({ code: 'StoreFailed' }));
});

test('a reader of a directory without state is told so, and nothing is made', () => {
  expect(() => openOn(dir, 'read')).toThrow(expect.objectContaining({ code: 'NotFound' }));
  expect(existsSync(path)).toBe(false);
});

test('a reader of a file that a controller died over before its tables were made finds no state', () => {
  writeFileSync(path, '', { mode: 0o600 });
  expect(() => openOn(dir, 'read')).toThrow(expect.objectContaining({ code: 'NotFound' }));
});

test('a reader follows a controller that writes, and cannot write itself', async () => {
  const controller = openOn(dir);
  const reader = openOn(dir, 'read');
  expect(await reader.journal.head()).toMatchObject({ seq: 0 });
  await controller.journal.append([operationDraft(operationOf('op-1'))]);
  expect(await reader.operations.get('op-1')).toMatchObject({ state: 'planned' });
  await expect(reader.journal.append([leaseDraft()])).rejects.toMatchObject({ code: 'StoreFailed' });
  await controller.close();
  expect(await reader.journal.head()).toMatchObject({ seq: 1 });
  await reader.close();
});

test('a reader reads what a controller that ended left behind', async () => {
  const controller = openOn(dir);
  await controller.journal.append([leaseDraft()]);
  await controller.close();
  const reader = openOn(dir, 'read');
  expect(await reader.journal.head()).toMatchObject({ seq: 1 });
  await reader.close();
});

test('a file of a newer version is refused in both modes and not changed', async () => {
  await openOn(dir).close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  for (const mode of ['write', 'read'] as const) {
    expect(() => openOn(dir, mode)).toThrow(/written by a newer godwit \(version 99\)/);
  }
});

test('closing twice is harmless', async () => {
  const store = openOn(dir);
  await store.close();
  await expect(store.close()).resolves.toBeUndefined();
});

test('a transaction held by a process that hangs is waited for, then reported as busy, and the handle goes on', async () => {
  const store = openOn(dir);
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  await expect(store.journal.append([leaseDraft()])).rejects.toThrow(/held by another process/);
  other.exec('ROLLBACK');
  other.close();
  expect(await store.journal.append([leaseDraft()])).toMatchObject({ seq: 1 });
  await store.close();
});

test('a lease is taken in a table that a newer program has given one more column', async () => {
  const store = openOn(dir);
  const db = new DatabaseSync(path);
  db.exec('ALTER TABLE lease ADD COLUMN of_a_newer_program TEXT');
  db.close();
  const holder = { kind: 'controller', name: 'controller', host: 'host', pid: 1 } as const;
  expect(await store.lease.acquire('chat', holder, 10_000)).toMatchObject({ kind: 'held' });
  await store.close();
});
