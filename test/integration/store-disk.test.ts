import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { verifyJournal } from '../../src/store/sqlite/verify.ts';
import { leaseDraft, operationDraft, operationOf, stepDraft } from '../../src/testkit/store/samples.ts';
import { makeTempDir, openOn } from '../store/support/subjects.ts';
import { startAppender } from './support/children.ts';

/** Elsewhere these are left out; under CI they fail where mounting is not possible, never silently pass. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const isMountExpected = canMount || process.env['CI'] === 'true';

describe.runIf(isMountExpected)('a disk of one MiB', () => {
  let dir: string;

  beforeEach(() => {
    dir = makeTempDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', dir]);
  });

  afterEach(() => {
    execFileSync('umount', [dir]);
    rmSync(dir, { recursive: true });
  });

  async function appendUntilRefused(store: Store): Promise<{ readonly acknowledged: number; readonly error: unknown }> {
    for (let acknowledged = 0; acknowledged < 5000; ) {
      const end: unknown = await store.journal.append([leaseDraft()]).then(
        ({ seq }) => seq,
        (error: unknown) => error,
      );
      if (typeof end !== 'number') return { acknowledged, error: end };
      acknowledged = end;
    }
    throw new Error('the disk never filled');
  }

  test('full: the append fails with what to do, the handle writes no more, nothing acknowledged is lost', async () => {
    const ballast = join(dir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(400 * 1024));
    const store = openOn(dir);
    const { acknowledged, error } = await appendUntilRefused(store);
    expect(error).toMatchObject({ code: 'StoreFailed', hint: expect.stringContaining('disk is full') });
    expect(acknowledged).toBeGreaterThan(10);
    rmSync(ballast);
    await expect(store.journal.append([leaseDraft()])).rejects.toMatchObject({
      code: 'StoreFailed',
      message: expect.stringContaining('after an earlier failure'),
    });
    await expect(store.lease.acquire('chat', leaseDraft().by, 1000)).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(await store.journal.head()).toMatchObject({ seq: acknowledged });
    await store.close();
    expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: acknowledged });
    const next = openOn(dir);
    expect(await next.journal.append([leaseDraft()])).toMatchObject({ seq: acknowledged + 1 });
    await next.close();
  });

  test('full from the start: opening fails with what to do, and works once there is room', async () => {
    const ballast = join(dir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1020 * 1024));
    expect(() => openOn(dir)).toThrow(expect.objectContaining({ code: 'StoreFailed' }));
    rmSync(ballast);
    const store = openOn(dir);
    expect(await store.journal.append([leaseDraft()])).toMatchObject({ seq: 1 });
    await store.close();
  });

  test('mounted read-only: writing is refused with the reason, reading goes on', async () => {
    const store = openOn(dir);
    await store.journal.append([leaseDraft()]);
    await store.close();
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    const refused = { code: 'StoreFailed', hint: expect.stringContaining('mounted read-only') };
    expect(() => openOn(dir)).toThrow(expect.objectContaining(refused));
    expect(verifyJournal(dir)).toMatchObject({ kind: 'ok', entries: 1 });
    const reader = openOn(dir, 'read');
    expect(await reader.journal.head()).toMatchObject({ seq: 1 });
    await reader.close();
  });

  test('mounted read-only after a crash: what lies in the write-ahead log is read as well', async () => {
    const { child, begun, ended } = startAppender(dir, 3);
    await begun;
    child.kill('SIGKILL');
    const { acknowledged } = await ended;
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    const reader = openOn(dir, 'read');
    expect((await reader.journal.head()).seq).toBeGreaterThanOrEqual(Math.max(...acknowledged));
    await reader.close();
  });
});

describe('a damaged file', () => {
  let dir: string;
  let path: string;
  const pageSize = 4096;

  beforeEach(async () => {
    dir = makeTempDir();
    path = join(dir, 'state.db');
    const store = openOn(dir);
    for (let index = 0; index < 40; index++) {
      const operation = operationOf(`op-${index}`);
      await store.journal.append([operationDraft(operation), stepDraft(operation.id, 0), leaseDraft()]);
    }
    await store.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  async function readAll(): Promise<string> {
    const store = openOn(dir);
    const everything = [await store.journal.read({}), await store.operations.list({})];
    await store.close();
    return JSON.stringify(everything);
  }

  function verdictOrCode(): string {
    try {
      return verifyJournal(dir).kind;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : `unexpected: ${String(error)}`;
    }
  }

  test('a byte flipped anywhere is either found, or in a place nothing is read from', async () => {
    const good = readFileSync(path);
    const before = await readAll();
    let found = 0;
    for (let page = 0; page < statSync(path).size / pageSize; page++) {
      for (const offset of [0, 1, 5, 8, 700, 2048, 3300, 4000, 4095]) {
        const bytes = Buffer.from(good);
        const at = page * pageSize + offset;
        bytes[at] = (bytes[at] ?? 0) ^ 0x41;
        writeFileSync(path, bytes);
        const verdict = verdictOrCode();
        expect(['ok', 'broken', 'StoreCorrupt', 'StoreFailed', 'NotFound']).toContain(verdict);
        if (verdict === 'ok') expect(await readAll(), `page ${page}, byte ${offset}`).toBe(before);
        else found += 1;
      }
    }
    expect(found).toBeGreaterThan(100);
  });

  test('a file cut in the middle is refused by controller and check alike', () => {
    writeFileSync(path, readFileSync(path).subarray(0, 6 * pageSize));
    expect(() => openOn(dir)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
    expect(verdictOrCode()).toBe('StoreCorrupt');
  });

  test('a file that is no database is refused and left as it is', () => {
    writeFileSync(path, 'something else entirely'.repeat(500));
    expect(() => openOn(dir)).toThrow(expect.objectContaining({ code: 'StoreCorrupt' }));
    expect(readFileSync(path, 'utf8')).toContain('something else entirely');
  });
});
