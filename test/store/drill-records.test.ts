import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDrillRecords, readDrillRecord } from '../../src/store/drill-records.ts';
import { begin, end, finding, note } from './support/drill-drafts.ts';

function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-drills-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const fileIn = (dir: string): string => join(dir, 'drills', 'dr-1', 'drill.json');

test('folder and file are private, whatever the umask', async () => {
  const dir = stateDir();
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  await openDrillRecords(dir).append('dr-1', [begin(), end()]);
  await openDrillRecords(dir).append('dr-1', [finding(1)]);
  expect(modeOf(join(dir, 'drills'))).toBe('700');
  expect(modeOf(join(dir, 'drills', 'dr-1'))).toBe('700');
  expect(modeOf(join(dir, 'drills', 'lock'))).toBe('600');
  expect(modeOf(fileIn(dir))).toBe('600');
  expect(readdirSync(join(dir, 'drills', 'dr-1'))).toEqual(['drill.json']);
});

test('the file is JSON once it has ended, also with a finding', async () => {
  const dir = stateDir();
  const records = openDrillRecords(dir);
  await records.append('dr-1', [begin()]);
  expect(readFileSync(fileIn(dir), 'utf8').endsWith('}')).toBe(true);
  await records.append('dr-1', [end()]);
  expect(JSON.parse(readFileSync(fileIn(dir), 'utf8'))).toHaveLength(2);
  await records.append('dr-1', [finding(1)]);
  expect(JSON.parse(readFileSync(fileIn(dir), 'utf8'))).toHaveLength(3);
  expect(readFileSync(fileIn(dir), 'utf8').endsWith('}\n]\n')).toBe(true);
});

test('a torn last line is cut off by the next append', async () => {
  const dir = stateDir();
  await openDrillRecords(dir).append('dr-1', [begin(), note('one')]);
  truncateSync(fileIn(dir), statSync(fileIn(dir)).size - 7);
  const records = openDrillRecords(dir);
  expect(await records.read('dr-1')).toMatchObject({
    kind: 'whole',
    entries: [{ seq: 1 }],
    tornBytes: expect.any(Number),
  });
  await records.append('dr-1', [note('two')]);
  expect(await records.read('dr-1')).toMatchObject({ entries: [{ seq: 1 }, { seq: 2, body: { text: 'two' } }] });
  expect(await records.read('dr-1')).not.toHaveProperty('tornBytes');
});

test('a torn first line is begun anew', async () => {
  const dir = stateDir();
  await openDrillRecords(dir).append('dr-1', [begin()]);
  truncateSync(fileIn(dir), 20);
  const records = openDrillRecords(dir);
  expect(await records.read('dr-1')).toBeUndefined();
  await records.append('dr-1', [begin(), note('one')]);
  expect(await records.read('dr-1')).toMatchObject({ kind: 'whole', entries: [{ seq: 1 }, { seq: 2 }] });
});

test('a record that was changed is read as broken and not continued', async () => {
  const dir = stateDir();
  const records = openDrillRecords(dir);
  await records.append('dr-1', [begin(), note('one')]);
  writeFileSync(fileIn(dir), readFileSync(fileIn(dir), 'utf8').replace('"one"', '"two, and more"'));
  expect(await records.read('dr-1')).toMatchObject({ kind: 'broken', seq: 2, entries: [{ seq: 1 }] });
  await expect(records.append('dr-1', [end()])).rejects.toMatchObject({ code: 'StoreCorrupt' });
  expect(await records.list()).toEqual(['dr-1']);
});

test('a link in the place of the file or the folder is refused', async () => {
  const dir = stateDir();
  const records = openDrillRecords(dir);
  writeFileSync(join(dir, 'elsewhere'), '');
  mkdirSync(join(dir, 'drills', 'dr-1'), { recursive: true, mode: 0o700 });
  symlinkSync(join(dir, 'elsewhere'), fileIn(dir));
  symlinkSync(dir, join(dir, 'drills', 'dr-2'));
  await expect(records.append('dr-1', [begin()])).rejects.toMatchObject({ code: 'StoreFailed' });
  await expect(records.read('dr-1')).rejects.toMatchObject({ code: 'StoreFailed' });
  await expect(records.append('dr-2', [begin()])).rejects.toThrow('no folder of its own');
  expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe('');
});

test('a copy that lies beside the runs, and a file in the place of one, hide none of them', async () => {
  const dir = stateDir();
  const records = openDrillRecords(dir);
  await records.append('dr-1', [begin()]);
  cpSync(join(dir, 'drills', 'dr-1'), join(dir, 'drills', 'dr-1.bak'), { recursive: true });
  writeFileSync(join(dir, 'drills', 'dr-2'), 'no folder');
  expect(await records.list()).toEqual(['dr-1']);
  expect(await records.read('dr-2')).toBeUndefined();
});

test('a folder that others can write to is refused', async () => {
  const dir = stateDir();
  mkdirSync(join(dir, 'drills'));
  chmodSync(join(dir, 'drills'), 0o777);
  await expect(openDrillRecords(dir).append('dr-1', [begin()])).rejects.toThrow('others can write');
});

test('a record that lies elsewhere is read as it is', async () => {
  const dir = stateDir();
  const path = join(dir, 'copy.json');
  expect(readDrillRecord(path)).toBeUndefined();
  const records = openDrillRecords(dir);
  await records.append('dr-1', [begin(), end()]);
  writeFileSync(path, readFileSync(fileIn(dir)));
  expect(readDrillRecord(path)).toEqual(await records.read('dr-1'));
  writeFileSync(path, '');
  expect(readDrillRecord(path)).toMatchObject({ kind: 'broken', seq: 1 });
});

test('what was written behind a closed record shows', async () => {
  const dir = stateDir();
  const records = openDrillRecords(dir);
  await records.append('dr-1', [begin(), end()]);
  appendFileSync(fileIn(dir), ' ');
  expect(await records.read('dr-1')).toMatchObject({ kind: 'broken', seq: 3 });
});
