/** Whether a controller could keep its state in a directory. Looks, and writes nothing. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { GodwitError, messageOf } from '../../errors.ts';
import type { StoreOutlook } from '../../model/doctor.ts';
import { verifyJournal } from './verify.ts';

/** A user who may everything is not told that a directory is read-only by its mode; by its file system he is. */
export function lookAtState(dir: string): StoreOutlook {
  const place = nearestThatExists(dir);
  try {
    if (!statSync(place).isDirectory())
      return unusable(dir, `${place} is no directory`, 'point state.dir of the configuration at a directory');
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    return unusable(dir, messageOf(error), `let this user write to ${place}, or point state.dir elsewhere`);
  }
  const freeBytes = freeAt(place);
  if (place !== dir) return { kind: 'none-yet', dir, freeBytes };
  try {
    const verdict = verifyJournal(dir);
    if (verdict.kind === 'ok') return { kind: 'whole', path: verdict.path, entries: verdict.entries, freeBytes };
    const { path, seq, why } = verdict;
    const todo = `keep a copy of ${path} before anything else, then: godwit journal verify`;
    return unusable(path, `the journal is broken at entry ${seq}: ${why}`, todo);
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error;
    if (error.code === 'NotFound') return { kind: 'none-yet', dir, freeBytes };
    return unusable(dir, error.message, error.hint ?? 'check its permissions and its disk');
  }
}

function unusable(path: string, why: string, todo: string): StoreOutlook {
  return { kind: 'unusable', path, why, todo };
}

function nearestThatExists(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThatExists(dirname(path));
}

function freeAt(dir: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    // Some file systems do not say; whoever reads it is told so.
    return undefined;
  }
}
