import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageOf } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { verifyJournal } from '../../src/store/sqlite/verify.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import {
  leaseDraft,
  operationDraft,
  operationOf,
  requestOf,
  robot,
  stepDraft,
} from '../../src/testkit/store/samples.ts';
import { openProgramWorld } from '../integration/support/program-world.ts';
import { makeTempDir, openOn } from '../store/support/subjects.ts';
import { layOutBuiltProgram } from './support/built-program.ts';

const pageSize = 4096;
/** In each page, beside its header and its first cell pointers. */
const drawnPerPage = 16;
const structural = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13];

let dir: string;
let files: Readonly<Record<'state.db' | 'state.db-wal', Buffer | undefined>>;
let written: Awaited<ReturnType<typeof readAll>>;

beforeEach(() => {
  dir = makeTempDir();
});

afterEach(() => rmSync(dir, { recursive: true }));

async function append(store: Store, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    const operation = operationOf(`op-${index}`);
    await store.journal.append([operationDraft(operation), stepDraft(operation.id, 0), leaseDraft()]);
  }
}

/** A journal longer than what is looked at when its end alone is checked, with everything a controller keeps beside it. */
async function writeState(inLog: number): Promise<void> {
  const first = openOn(dir);
  await first.lease.acquire('chat', robot, 10_000);
  await first.operations.request(requestOf('rq-1'));
  await append(first, 0, 100);
  await first.close();
  const second = openOn(dir);
  await append(second, 100, 100 + inLog);
  const [db, wal] = [join(dir, 'state.db'), join(dir, 'state.db-wal')];
  files = { 'state.db': readFileSync(db), 'state.db-wal': existsSync(wal) ? readFileSync(wal) : undefined };
  written = await readAll(second);
  await second.close();
  putBack();
}

async function readAll(store: Store) {
  const [journal, operations, open] = await Promise.all([
    store.journal.read({}),
    store.operations.list({ deployment: 'chat', limit: 1000 }),
    store.operations.list({ deployment: 'chat', open: true, limit: 1000 }),
  ]);
  return { journal, operations, open };
}

/** The files as they were, one byte of one of them changed. */
function putBack(file?: keyof typeof files, at = 0, mask = 0): void {
  rmSync(join(dir, 'state.db-shm'), { force: true });
  for (const name of ['state.db', 'state.db-wal'] as const) {
    const good = files[name];
    rmSync(join(dir, name), { force: true });
    if (good === undefined) continue;
    const bytes = Buffer.from(good);
    if (name === file) bytes[at] = (bytes[at] ?? 0) ^ mask;
    writeFileSync(join(dir, name), bytes, { mode: 0o600 });
  }
}

const refusals = ['StoreCorrupt', 'StoreFailed', 'NotFound'];

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : `unexpected: ${messageOf(error)}`;
}

function verdict(knownHash?: string): string {
  try {
    return verifyJournal(dir, knownHash).kind;
  } catch (error) {
    return codeOf(error);
  }
}

/** What a controller finds, or why it does not begin. */
async function opened(): Promise<Awaited<ReturnType<typeof readAll>> | string> {
  let store: Store | undefined;
  try {
    store = openOn(dir);
    return await readAll(store);
  } catch (error) {
    return codeOf(error);
  } finally {
    await store?.close();
  }
}

function* placesIn(length: number, seed: number): Iterable<number> {
  const random = createSeededRandom(seed);
  for (let page = 0; page < length; page += pageSize) {
    for (const offset of structural) yield page + offset;
    for (let drawn = 0; drawn < drawnPerPage; drawn++) yield page + Math.floor(random.next() * pageSize);
  }
}

test('a bit flipped in any page of the state file is found by check and controller, or changes nothing of what was written', async () => {
  await writeState(0);
  const random = createSeededRandom(2);
  let found = 0;
  for (const at of placesIn(files['state.db']?.length ?? 0, 1)) {
    const mask = 1 << Math.floor(random.next() * 8);
    const told = `bit ${mask} of byte ${at % pageSize} of page ${Math.floor(at / pageSize) + 1}`;
    putBack('state.db', at, mask);
    const checked = verdict();
    expect(['ok', 'broken', ...refusals], told).toContain(checked);
    putBack('state.db', at, mask);
    const seen = await opened();
    if (typeof seen === 'string') {
      expect(refusals, told).toContain(seen);
      found += 1;
    } else expect(seen, told).toEqual(written);
    // Whatever the check finds keeps a controller from beginning.
    if (checked !== 'ok') expect(typeof seen, `${told}: ${checked}`).toBe('string');
  }
  expect(found).toBeGreaterThan(300);
});

/** sqlite.org/fileformat2.html#walformat, checked 2026-11-23: a header, then frames of a header and a page each. */
const logHeader = 32;
const frameHeader = 24;
const drawnPerFrame = 3;

function* placesInLog(length: number, seed: number): Iterable<number> {
  const random = createSeededRandom(seed);
  for (let at = 0; at < logHeader; at++) yield at;
  for (let frame = logHeader; frame < length; frame += frameHeader + pageSize) {
    yield frame + Math.floor(random.next() * frameHeader);
    for (let drawn = 0; drawn < drawnPerFrame; drawn++)
      yield frame + frameHeader + Math.floor(random.next() * pageSize);
  }
}

test('a bit flipped in any page of the write-ahead log is found, or changes nothing, or is missed by a head seen elsewhere', async () => {
  await writeState(12);
  const newest = String(written.journal.at(-1)?.hash);
  const random = createSeededRandom(3);
  const counts = { refused: 0, same: 0, shorter: 0 };
  for (const at of placesInLog(files['state.db-wal']?.length ?? 0, 4)) {
    const mask = 1 << Math.floor(random.next() * 8);
    const told = `bit ${mask} of byte ${at} of the log`;
    putBack('state.db-wal', at, mask);
    const checked = verdict(newest);
    expect(['ok', 'broken', ...refusals], told).toContain(checked);
    putBack('state.db-wal', at, mask);
    const seen = await opened();
    if (typeof seen === 'string') {
      expect(refusals, told).toContain(seen);
      counts.refused += 1;
      continue;
    }
    // SQLite ends the log at the first frame that is not whole: what came after is gone, as if it had never been written.
    expect(seen.journal, told).toEqual(written.journal.slice(0, seen.journal.length));
    const isWhole = seen.journal.length === written.journal.length;
    if (isWhole) expect(seen, told).toEqual(written);
    // The gateway keeps the newest head it was given: that is what tells a controller.
    expect(checked, told).toBe(isWhole ? 'ok' : 'broken');
    counts[isWhole ? 'same' : 'shorter'] += 1;
  }
  expect(counts.shorter).toBeGreaterThan(100);
});

test('the program refuses each kind of damage in words, and starts and changes nothing', async () => {
  await writeState(0);
  const built = layOutBuiltProgram();
  const world = await openProgramWorld({ replicas: { oslo: 1, paris: 1 }, launch: { launcher: built.launcher } });
  try {
    for (const [index, at] of (await onePerKind()).entries()) {
      putBack('state.db', at, 1);
      for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(world.stateDir, name));
      for (const words of index < ownRuns ? [['journal', 'verify'], ['run']] : [['journal', 'verify']]) {
        const ended = await world.godwit(...words);
        const told = `${words.join(' ')} with byte ${at} changed: ${ended.stdout}${ended.stderr}`;
        expect(ended.code, told).toBe(1);
        expect(ended.stdout + ended.stderr, told).toMatch(/is damaged|BROKEN at entry/);
        expect(ended.stdout + ended.stderr, told).not.toMatch(/^\s+at |unexpected|lease taken/m);
        expect(readFileSync(join(world.stateDir, 'state.db')).equals(readFileSync(join(dir, 'state.db'))), told).toBe(
          true,
        );
      }
    }
    expect(world.started()).toEqual([]);
    expect(await world.route()).toBeUndefined();
  } finally {
    await world.close();
    built.remove();
  }
});

/** A controller, which starts a gateway first, is tried on so many; the check on all. */
const ownRuns = 6;
const mostKinds = 16;

/** Places whose change is refused, each with words of its own. */
async function onePerKind(): Promise<readonly number[]> {
  const kinds = new Map<string, number>();
  for (const at of placesIn(files['state.db']?.length ?? 0, 5)) {
    putBack('state.db', at, 1);
    const words = await refusal();
    if (words !== undefined && !kinds.has(words)) kinds.set(words, at);
  }
  expect(kinds.size).toBeGreaterThan(3);
  return [...kinds.values()].slice(0, mostKinds);
}

async function refusal(): Promise<string | undefined> {
  try {
    await openOn(dir).close();
    return undefined;
  } catch (error) {
    return messageOf(error).replaceAll(/\d+/g, 'n');
  }
}
