import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyJournal } from '../../src/store/sqlite/verify.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { makeTempDir, openOn } from '../store/support/subjects.ts';
import { expectGoodEnds, startAppender } from './support/children.ts';

let dir: string;

beforeEach(() => {
  dir = makeTempDir();
});

afterEach(() => rmSync(dir, { recursive: true }));

const cycles = 20;

test('no acknowledged entry is lost to kill -9, and the chain goes on, over twenty crashes', async () => {
  const random = createSeededRandom(20);
  let newest = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const { child, begun, ended } = startAppender(dir, 1_000_000);
    await begun;
    await wait(random.next() * 60);
    child.kill('SIGKILL');
    const { acknowledged } = await ended;
    expect(acknowledged.length).toBeGreaterThan(0);
    newest = Math.max(newest, ...acknowledged);
    const verdict = verifyJournal(dir);
    expect(verdict).toMatchObject({ kind: 'ok' });
    // Two entries to a transaction: half of one would be an odd number.
    expect(verdict.entries % 2).toBe(0);
    expect(verdict.entries).toBeGreaterThanOrEqual(newest);
  }
  const store = openOn(dir);
  expect((await store.journal.head()).seq).toBeGreaterThanOrEqual(newest);
  await store.close();
});

test('processes that append at the same time share one chain', async () => {
  const appenders = Array.from({ length: 3 }, () => startAppender(dir, 100));
  const acknowledged = await expectGoodEnds(appenders);
  expect(new Set(acknowledged).size).toBe(300);
  expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: 600, operations: 3 });
});

test('a state that several processes open for the first time at once is made once', async () => {
  for (let round = 0; round < 8; round++) {
    const fresh = `${dir}/round-${round}`;
    const gate = join(dir, `gate-${round}`);
    const appenders = Array.from({ length: 4 }, () => startAppender(fresh, 1, gate));
    await Promise.all(appenders.map(({ begun }) => begun));
    writeFileSync(gate, '');
    await expectGoodEnds(appenders);
    expect(verifyJournal(fresh)).toMatchObject({ kind: 'ok', entries: 8 });
  }
});
