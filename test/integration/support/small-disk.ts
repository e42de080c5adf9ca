/** A disk of a few MiB in memory, and the way to fill it. Linux, as root. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Elsewhere such tests are left out; under CI they fail where mounting is not possible, never silently pass. */
export const isMountExpected =
  (process.platform === 'linux' && process.getuid?.() === 0) || process.env['CI'] === 'true';

/** Mounts it at the folder; gives what takes it away again. */
export function mountSmallDisk(dir: string, sizeMiB: number): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0700`, 'tmpfs', dir]);
  // Lazily: a process that was killed a moment ago may still hold a file of it.
  return () => void execFileSync('umount', ['-l', dir]);
}

const ballastIn = (dir: string): string => join(dir, 'ballast');

/** Writes until nothing more fits. */
export function fillDisk(dir: string): void {
  const file = openSync(ballastIn(dir), 'w');
  try {
    for (const size of [64 * 1024, 4096, 1]) while (hasRoom(file, size));
  } finally {
    closeSync(file);
  }
}

export function makeRoom(dir: string): void {
  rmSync(ballastIn(dir));
}

function hasRoom(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) === size;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
    return false;
  }
}
