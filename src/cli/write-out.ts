/** A file that a person asked for with `--out`. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GodwitError, messageOf } from '../errors.ts';

/** Whole or not at all, readable by its owner alone; what was there is replaced. Throws `UsageInvalid`. */
export async function writeOut(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new GodwitError('UsageInvalid', `${path} cannot be written: ${messageOf(error)}`);
  }
}

/** Files without secrets, made in a folder that is there; their paths. Throws `UsageInvalid` when any is there already: then none is made. */
export async function writeNewFiles(
  dir: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<readonly string[]> {
  const made: string[] = [];
  try {
    for (const { name, text } of files) {
      const path = join(dir, name);
      const file = await open(path, 'wx', 0o644);
      made.push(path);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
    }
    return made;
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new GodwitError('UsageInvalid', `nothing was written to ${dir}: ${messageOf(error)}`, {
      hint: isThere
        ? 'what is there is not overwritten: remove it first, or name another folder'
        : 'name a folder that is there',
    });
  }
}
