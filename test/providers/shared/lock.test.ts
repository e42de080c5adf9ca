import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock, withLock } from '../../../src/providers/shared/lock.ts';
import { clock } from '../local/support/site.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'godwit-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const call = (forMs = 5000, signal = new AbortController().signal) => ({
  signal,
  deadlineAtMonoMs: clock.monoMs() + forMs,
});

test('a lock is held by one at a time, in a file that is its owner’s alone', () => {
  const path = join(dir, 'a');
  const lock = tryLock(path);
  expect(lock).toBeDefined();
  expect(tryLock(path)).toBeUndefined();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  lock?.release();
  const again = tryLock(path);
  expect(again).toBeDefined();
  again?.release();
});

test('a lock outlives neither its work nor the failure of it', async () => {
  const path = join(dir, 'a');
  await expect(withLock(clock, path, call(), () => Promise.reject(new Error('work failed')))).rejects.toThrow(
    'work failed',
  );
  expect(await withLock(clock, path, call(), () => 7)).toEqual({ kind: 'worked', value: 7 });
});

test('waiting for a lock ends with the call', async () => {
  const path = join(dir, 'a');
  const lock = tryLock(path);
  expect(await withLock(clock, path, call(40), () => 1)).toEqual({ kind: 'late' });
  expect(await withLock(clock, path, call(5000, AbortSignal.timeout(40)), () => 1)).toEqual({ kind: 'aborted' });
  lock?.release();
});

test('the kernel lets go of the lock of a killed process', async () => {
  const path = join(dir, 'a');
  const code = `import { tryLock } from ${JSON.stringify(new URL('../../../src/providers/shared/lock.ts', import.meta.url).href)};
    globalThis.lock = tryLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    expect(tryLock(path)).toBeUndefined();
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
  const lock = tryLock(path);
  expect(lock).toBeDefined();
  lock?.release();
});

test('a lock in a folder that is not there fails loudly', () => {
  expect(() => tryLock(join(dir, 'none', 'a'))).toThrow('ENOENT');
});
