/** The file in which a run that has ended leaves its metrics for a node exporter to find. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { afterRun, type RebalanceRun, readRebalance, rebalanceText } from '../report/prometheus/rebalance.ts';

/** The collector reads what ends so, and nothing else. Not `godwit.prom`: there `godwit status` is written, as README has it. */
const fileName = 'godwit-rebalance.prom';

/** What we write is far smaller. */
const mostBytes = 64 * 1024;

export type TextfileEnd =
  | { readonly kind: 'written'; readonly path: string }
  /** The earlier file, if there was one, is as it was. */
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string };

/**
 * Whole or not at all, readable by everybody, as the exporter is another user. What the earlier file says and this run does not know
 * is kept. Never throws: a run does not fail for its metrics. Two that end in the same moment may count a skip as one.
 */
export async function writeTextfile(dir: string, run: RebalanceRun): Promise<TextfileEnd> {
  const path = join(dir, fileName);
  // In the same folder, so that to rename is one step; no other process has this name.
  const beside = join(dir, `.${fileName}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`);
  try {
    const earlier = readRebalance(await readEarlier(path));
    await writeNew(beside, rebalanceText(afterRun(earlier, run)));
    await rename(beside, path);
    return { kind: 'written', path };
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const hint = whatToDo[code] ?? 'see that this user can make a file there';
    return { kind: 'failed', message: `${path} cannot be written: ${messageOf(error)}`, hint };
  }
}

const whatToDo: Readonly<Record<string, string>> = {
  ENOENT: 'make the folder, or name the one that the exporter has as --collector.textfile.directory',
  ENOTDIR: 'name a folder, the one that the exporter has as --collector.textfile.directory',
  EACCES: 'let this user write to the folder',
  EPERM: 'let this user write to the folder',
  EROFS: 'name a folder on a disk that can be written',
  ENOSPC: 'make room on that disk',
  EDQUOT: 'make room in the quota of this user',
};

/** Empty: there is none, or what is there is none of ours. */
async function readEarlier(path: string): Promise<string> {
  let file: FileHandle;
  try {
    // A pipe in its place must not be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  try {
    const stat = await file.stat();
    return stat.isFile() && stat.size <= mostBytes ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    // Whatever the umask of cron is.
    await file.chmod(0o644);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
