/** A file that a person asked for with `--out`. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
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
