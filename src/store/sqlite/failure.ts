/** What SQLite's and the file system's failures mean to whoever runs godwit: what failed, why, and what to do. */
import { GodwitError, messageOf } from '../../errors.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html, checked 2026-11-23). */
const busyCodes: readonly number[] = [5, 6];
const corruptCodes: readonly number[] = [11, 26];
const notWritable = 'it cannot be written: check its owner and whether its disk was mounted read-only';
const noRoom = 'the disk is full: make room and start godwit again, it goes on from the journal';
const brokenDisk =
  'the disk failed: see the system’s log; once it is sound, start godwit again: it goes on from the journal';
/** By SQLite's primary result code, or by the system's error name. */
const hints: Readonly<Record<string, string>> = {
  3: notWritable,
  8: notWritable,
  EROFS: notWritable,
  EACCES: notWritable,
  EPERM: notWritable,
  10: brokenDisk,
  EIO: brokenDisk,
  13: noRoom,
  ENOSPC: noRoom,
  EDQUOT: noRoom,
};
const defaultHint = 'check free space and permissions of the state directory';

/** Runs a call of SQLite or the file system; throws `StoreFailed` or `StoreCorrupt`. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof GodwitError ? error : failureOf(path, error);
  }
}

function failureOf(path: string, error: unknown): GodwitError {
  const sqliteCode = sqliteCodeOf(error);
  if (corruptCodes.includes(sqliteCode)) return corrupt(path, messageOf(error), error);
  if (isBusy(error)) {
    return new GodwitError('StoreFailed', `${path} is held by another process: ${messageOf(error)}`, {
      hint: 'try again; a stopped or hanging godwit process may hold it',
      cause: error,
      details: { busy: true },
    });
  }
  const name = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new GodwitError('StoreFailed', `${path}: ${messageOf(error)}`, {
    hint: `traffic goes on at the last weights; ${hints[sqliteCode] ?? hints[name] ?? defaultHint}`,
    cause: error,
    details: { sqliteCode },
  });
}

/** The primary result code, 0 for what SQLite did not throw. */
function sqliteCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/** Whether another process was in the way and nothing else is wrong. */
export function isBusy(error: unknown): boolean {
  return busyCodes.includes(sqliteCodeOf(error));
}

/** The file does not hold what was written to it. */
export function corrupt(path: string, why: string, cause?: unknown): GodwitError {
  return new GodwitError('StoreCorrupt', `${path} is damaged: ${why}`, {
    hint: 'godwit refuses to act on it; restore it from a backup, or move it away to begin anew',
    cause,
  });
}

/** Whether nobody can know any more what the file holds: anything but another process being in the way. */
export function endsTrust(error: unknown): error is GodwitError {
  if (!(error instanceof GodwitError)) return false;
  return error.code === 'StoreCorrupt' || (error.code === 'StoreFailed' && error.details['busy'] !== true);
}

/** A value this store wrote as JSON. */
export function parseKept<T>(path: string, text: unknown): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch (error) {
    throw corrupt(path, `a row is not JSON (${messageOf(error)})`, error);
  }
}
