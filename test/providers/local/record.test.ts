import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShelf, type ReplicaRecord } from '../../../src/providers/local/record.ts';
import { openEpochs } from '../../../src/providers/shared/epochs.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-record-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record: ReplicaRecord = {
  id: 'here-chat-0',
  deployment: 'chat',
  slot: 0,
  startKey: 'k',
  bootToken: 't',
  port: 9100,
  machineBoot: 'b',
  startedAtMs: 1,
  stopGraceMs: 2,
  isStopped: false,
};

test('a record is read back as it was put, by whoever opens the shelf', () => {
  openShelf(dir).put({ ...record, pid: 7, processStart: '8' });
  expect(openShelf(dir).get(record.id)).toEqual({ ...record, pid: 7, processStart: '8' });
  expect(statSync(join(dir, 'here-chat-0.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['here-chat-0.json']);
});

test('records are of a deployment or of all, and gone once removed', () => {
  const shelf = openShelf(dir);
  shelf.put(record);
  shelf.put({ ...record, id: 'here-other-0', deployment: 'other' });
  expect(shelf.all('chat').map(({ id }) => id)).toEqual(['here-chat-0']);
  expect(shelf.all()).toHaveLength(2);
  shelf.remove('here-chat-0');
  shelf.remove('here-chat-0');
  expect(shelf.get('here-chat-0')).toBeUndefined();
});

test.for(['', '{', 'null', '{"id":"here-chat-0"}'])('a record that holds %j is refused by name', (text) => {
  writeFileSync(join(dir, 'here-chat-0.json'), text);
  expect(() => openShelf(dir).all('chat')).toThrow('here-chat-0.json cannot be read');
});

test('a half-written file beside a record is no record', () => {
  const shelf = openShelf(dir);
  shelf.put(record);
  writeFileSync(join(dir, 'here-chat-0.json.99.new'), '{');
  expect(shelf.all()).toEqual([record]);
});

test('a look at a folder that never was finds nothing and makes nothing; one that is gone again is no empty one', () => {
  const later = join(dir, 'later');
  const shelf = openShelf(later);
  expect(shelf.all()).toEqual([]);
  expect(shelf.get(record.id)).toBeUndefined();
  expect(existsSync(later)).toBe(false);
  // Made by another process meanwhile.
  openShelf(later).put(record);
  expect(shelf.all()).toEqual([record]);
  rmSync(later, { recursive: true });
  expect(() => shelf.all()).toThrow('ENOENT');
  expect(() => shelf.put(record)).toThrow('ENOENT');
});

test('the highest epoch is kept per deployment, on disk', () => {
  const path = join(dir, 'epochs.json');
  expect(openEpochs(path).raise('chat', 3)).toBe(3);
  expect(openEpochs(path).raise('chat', 2)).toBe(3);
  expect(openEpochs(path).raise('chat', 4)).toBe(4);
  expect(openEpochs(path).raise('__proto__', 1)).toBe(1);
  expect(openEpochs(path).raise('chat', 4)).toBe(4);
});
