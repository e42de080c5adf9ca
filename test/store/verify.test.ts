import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyJournal } from '../../src/store/sqlite/verify.ts';
import { leaseDraft, operationDraft, operationOf, stepDraft } from '../../src/testkit/store/samples.ts';
import { makeTempDir, openOn } from './support/subjects.ts';

let dir: string;

/** A journal of 1,203 entries: more than two pages, one operation that ended and one that runs. */
beforeEach(async () => {
  dir = makeTempDir();
  const store = openOn(dir);
  await store.journal.append([operationDraft(operationOf('op-1')), operationDraft(operationOf('op-2'))]);
  await store.journal.append(Array.from({ length: 1200 }, (_, index) => stepDraft('op-1', index)));
  await store.journal.append([operationDraft(operationOf('op-1', { state: 'done', endedAtMs: 9 }))]);
  await store.close();
});

afterEach(() => rmSync(dir, { recursive: true }));

function tamper(sql: string): void {
  const db = new DatabaseSync(join(dir, 'state.db'));
  db.exec(sql);
  db.close();
}

test('a good journal is counted to its head', async () => {
  const store = openOn(dir, 'read');
  const head = await store.journal.head();
  await store.close();
  expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: 1203, operations: 2, head });
});

test('an empty journal is good', async () => {
  const empty = makeTempDir();
  await openOn(empty).close();
  expect(verifyJournal(empty)).toMatchObject({ kind: 'ok', entries: 0, operations: 0 });
  rmSync(empty, { recursive: true });
});

test.for([
  {
    name: 'a changed text',
    sql: `UPDATE journal SET text = replace(text, 'step-700', 'step-x') WHERE seq = 703`,
    broken: { seq: 703, entries: 702, why: 'altered' },
  },
  {
    name: 'a missing entry',
    sql: 'DELETE FROM journal WHERE seq = 900',
    broken: { seq: 900, entries: 899, why: 'gap' },
  },
  {
    name: 'an entry filed under another deployment',
    sql: `UPDATE journal SET deployment = 'embed' WHERE seq = 5`,
    broken: { seq: 5, entries: 4, why: 'filed under another deployment or operation than it says' },
  },
  {
    name: 'an entry hidden from its operation',
    sql: 'UPDATE journal SET operation = NULL WHERE seq = 6',
    broken: { seq: 6, entries: 5, why: 'filed under another deployment or operation than it says' },
  },
  {
    name: 'an operation that was changed',
    sql: `UPDATE operation SET text = replace(text, 'planned', 'done') WHERE id = 'op-2'`,
    broken: { seq: 2, entries: 1203, why: 'operation op-2 is not what its newest entry says' },
  },
  {
    name: 'an operation that was closed on the quiet',
    sql: `UPDATE operation SET is_open = 0 WHERE id = 'op-2'`,
    broken: { seq: 2, entries: 1203, why: 'operation op-2 is not what its newest entry says' },
  },
  {
    name: 'an operation that was removed',
    sql: `DELETE FROM operation WHERE id = 'op-2'`,
    broken: { seq: 2, entries: 1203, why: 'operation op-2 is missing from the operations' },
  },
  {
    name: 'an operation nobody journaled',
    sql: `INSERT INTO operation SELECT 'op-3', deployment, 1, 1, text FROM operation WHERE id = 'op-2'`,
    broken: { seq: 0, entries: 1203, why: 'operation op-3 is in no journal entry' },
  },
])('I30: $name is found, and no controller begins on it', ({ sql, broken }) => {
  tamper(sql);
  expect(verifyJournal(dir)).toMatchObject({ kind: 'broken', ...broken });
  expect(() => openOn(dir)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
});

test('I30: a letter of a column’s name that changed its case is found: SQLite does not mind, readers get nothing', () => {
  const path = join(dir, 'state.db');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('seq INTEGER PRIMARY KEY');
  bytes.write('S', at);
  writeFileSync(path, bytes);
  const refused = expect.objectContaining({ code: 'StoreCorrupt', message: expect.stringContaining('its tables') });
  expect(() => verifyJournal(dir)).toThrow(refused);
  expect(() => openOn(dir)).toThrow(refused);
});

test('a journal that lost its end is noticed by a head seen elsewhere', async () => {
  const store = openOn(dir);
  const { hash } = await store.journal.append([leaseDraft()]);
  await store.close();
  expect(verifyJournal(dir, hash)).toMatchObject({ kind: 'ok' });
  tamper('DELETE FROM journal WHERE seq = 1204');
  expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: 1203 });
  expect(verifyJournal(dir, hash)).toMatchObject({ kind: 'broken', seq: 1204 });
});

test('the head of an empty journal, seen elsewhere, says nothing', () => {
  expect(verifyJournal(dir, '0'.repeat(64))).toMatchObject({ kind: 'ok' });
});

test('a journal is checked while a controller has it open', () => {
  const store = openOn(dir);
  expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: 1203 });
  return store.close();
});

test('a controller refuses to act on a journal whose end is broken', () => {
  tamper(`UPDATE journal SET text = replace(text, 'step-1190', 'step-x') WHERE seq = 1193`);
  expect(() => openOn(dir)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
});

test('a short journal is checked from its first entry when it is opened', async () => {
  tamper(`DELETE FROM journal WHERE seq > 3; UPDATE journal SET text = replace(text, 'op-1', 'op-9') WHERE seq = 1`);
  expect(() => openOn(dir)).toThrow(/entry 1 is broken \(altered\)/);
});

test('a row that is no JSON is reported as damage, not as a crash', async () => {
  tamper(`UPDATE journal SET text = '{' WHERE seq = 700`);
  const store = openOn(dir, 'read');
  await expect(store.journal.read({})).rejects.toMatchObject({ code: 'StoreCorrupt' });
  await store.close();
});
