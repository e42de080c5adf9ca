/** A lock on a slot or a site, for this process and every other one; the kernel lets it go when its holder dies. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';

const pollMs = 10;
/** SQLITE_BUSY: https://sqlite.org/rescode.html, checked 2026-11-23. */
const busyCode = 5;

export interface Lock {
  release(): void;
}

/**
 * Undefined while somebody else holds it. An empty SQLite file and not a file made with O_EXCL: a holder that was killed
 * leaves nothing to clear away, and clearing a stale lock file is itself a race between two who both find it.
 */
export function tryLock(path: string): Lock | undefined {
  makePrivate(path);
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busyCode) return undefined;
    throw error;
  }
  return { release: () => file.close() };
}

/** Never opened here when it exists: closing any handle of a file drops all this process's POSIX locks on it. */
function makePrivate(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

export type Locked<T> = { readonly kind: 'worked'; readonly value: T } | { readonly kind: 'aborted' | 'late' };

/** Waits for the lock as long as the call allows, then works under it. Work that began is not interrupted. */
export async function withLock<T>(
  clock: Clock,
  path: string,
  call: ReadCall,
  work: () => Promise<T> | T,
): Promise<Locked<T>> {
  const never = new AbortController().signal;
  for (;;) {
    if (call.signal.aborted) return { kind: 'aborted' };
    if (clock.monoMs() >= call.deadlineAtMonoMs) return { kind: 'late' };
    const lock = tryLock(path);
    if (lock !== undefined) {
      try {
        return { kind: 'worked', value: await work() };
      } finally {
        lock.release();
      }
    }
    await clock.sleep(pollMs, never);
  }
}
