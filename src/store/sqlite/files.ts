/** The state directory and its database file: private to their owner, and nobody else able to swap them. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { GodwitError } from '../../errors.ts';
import { guarded } from './failure.ts';

export function databasePath(dir: string): string {
  return join(dir, 'state.db');
}

/** Makes the directory (0700) and an empty file (0600) where they are missing. */
export function makePrivateFile(dir: string): void {
  guarded(dir, () => mkdirSync(dir, { recursive: true, mode: 0o700 }));
  refuseSharedDirectory(dir);
  const path = databasePath(dir);
  refuseOddFile(path);
  guarded(path, () => {
    // Made before SQLite sees it: it is private from its first byte, and the -wal and -shm files take their mode from it.
    const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
    const handle = openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600);
    try {
      fchmodSync(handle, 0o600);
    } finally {
      closeSync(handle);
    }
  });
}

/** Throws `NotFound` when there is none. */
export function findFile(dir: string): void {
  const path = databasePath(dir);
  if (!existsSync(dir)) throw noState(dir);
  // First: what lies in the place of the directory holds no state, and is not the same as none yet.
  refuseSharedDirectory(dir);
  if (!existsSync(path)) throw noState(dir);
  refuseOddFile(path);
}

/** Whether the file system itself refuses writes, as after an error of the disk. */
export function isOnReadOnlyDisk(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS';
  }
}

/** What a reader is told before the first controller ran. */
export function noState(dir: string): GodwitError {
  return new GodwitError('NotFound', `no state in ${dir}`, { hint: 'start a controller first: godwit run' });
}

function refuseSharedDirectory(dir: string): void {
  const stat: Stats = guarded(dir, () => statSync(dir));
  if (!stat.isDirectory()) throw new GodwitError('StoreFailed', `the state directory ${dir} is no directory`);
  if ((stat.mode & 0o022) !== 0) {
    throw new GodwitError('StoreFailed', `others can write to the state directory ${dir}`, {
      hint: `chmod 700 ${dir}`,
    });
  }
}

function refuseOddFile(path: string): void {
  const stat = guarded(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (stat !== undefined && !stat.isFile()) {
    const what = stat.isSymbolicLink() ? 'a symbolic link' : 'no plain file';
    throw new GodwitError('StoreFailed', `${path} is ${what}; the state file must be a plain file of its own`, {
      hint: 'point the config’s state.dir at the real directory',
    });
  }
}
