import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookAtState } from '../../src/store/sqlite/outlook.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { createClock } from '../../src/system/clock.ts';
import { createRandom } from '../../src/system/random.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-outlook-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('none yet, where it can be made; and nothing is made', () => {
  expect(lookAtState(join(dir, 'a', 'b'))).toMatchObject({ kind: 'none-yet', freeBytes: expect.any(Number) });
  expect(readdirSync(dir)).toEqual([]);
});

test('whole, with its entries', async () => {
  const state = join(dir, 'state');
  const store = openSqliteStore({
    dir: state,
    mode: 'write',
    clock: createClock(),
    random: createRandom(),
    bootId: 'b',
  });
  await store.close();
  expect(lookAtState(state)).toMatchObject({ kind: 'whole', entries: 0, path: join(state, 'state.db') });
});

test('unusable: a file stands in its place, or above it', () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  expect(lookAtState(file)).toMatchObject({ kind: 'unusable', why: `${file} is no directory` });
  expect(lookAtState(join(file, 'state'))).toMatchObject({ kind: 'unusable' });
});

test('unusable: what lies there is no state of ours, or open to others', () => {
  const state = join(dir, 'state');
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, 'state.db'), 'this is no database, however long one looks at it', { mode: 0o600 });
  expect(lookAtState(state)).toMatchObject({ kind: 'unusable' });
  chmodSync(state, 0o777);
  expect(lookAtState(state)).toMatchObject({ kind: 'unusable', todo: `chmod 700 ${state}` });
});
