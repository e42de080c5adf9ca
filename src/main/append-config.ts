/** Adds to the end of a configuration, and only what leaves it valid. */
import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { GodwitError, messageOf } from '../errors.ts';

/** Where it was written, and where what was there before is kept. */
export interface Appended {
  readonly path: string;
  readonly backup: string;
}

/** Backups that are kept of one file. */
const mostBackups = 99;

/**
 * Every byte that is there stays. `check` is given the path of the whole text before it takes the file's place, and throws what is
 * wrong with it. Throws `UsageInvalid` when the file cannot be written or was changed meanwhile.
 */
export async function appendToFile(
  given: string,
  addition: string,
  check: (path: string) => Promise<void>,
): Promise<Appended> {
  // A link stays a link: what it points to is changed.
  const path = wrapped(given, () => realpathSync(given));
  const before = wrapped(path, () => readFileSync(path));
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  const end = before.length > 0 && before.at(-1) !== 0x0a ? '\n' : '';
  try {
    await writeNew(beside, Buffer.concat([before, Buffer.from(`${end}\n${addition}`)]), statSync(path).mode & 0o777);
    await check(beside);
    if (!readFileSync(path).equals(before))
      throw new GodwitError('UsageInvalid', `${path} was changed meanwhile`, { hint: 'type it again' });
    const backup = keepCopy(path);
    renameSync(beside, path);
    return { path, backup };
  } catch (error) {
    rmSync(beside, { force: true });
    throw error instanceof GodwitError ? error : notWritten(path, error);
  }
}

async function writeNew(path: string, bytes: Buffer, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** An older backup is never overwritten: it may be the last one from before. */
function keepCopy(path: string): string {
  for (let number = 0; number < mostBackups; number++) {
    const backup = number === 0 ? `${path}.bak` : `${path}.bak${number}`;
    if (existsSync(backup)) continue;
    copyFileSync(path, backup, constants.COPYFILE_EXCL);
    return backup;
  }
  throw new GodwitError('UsageInvalid', `${path} has ${mostBackups} backups beside it`, { hint: 'remove some' });
}

function wrapped<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): GodwitError {
  return new GodwitError('UsageInvalid', `${path} cannot be written: ${messageOf(error)}`);
}
