/** Reads the files of a trace. */
import { readFile, stat } from 'node:fs/promises';
import { GodwitError, messageOf } from '../../errors.ts';
import type { Trace } from '../../model/trace.ts';
import { readTrace } from './read-trace.ts';
import type { TraceFile } from './refuse.ts';

const mostBytes = 16 * 1024 * 1024;

/** Throws `ConfigInvalid`: a file that cannot be read, or what is wrong in it, with its line. */
export async function openTrace(
  paths: readonly string[],
  { prices, wanted }: { readonly prices: string | undefined; readonly wanted: number },
): Promise<Trace> {
  const files = await Promise.all(paths.map(read));
  return readTrace({ files, prices: prices === undefined ? undefined : await read(prices), wanted });
}

async function read(path: string): Promise<TraceFile> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new GodwitError('ConfigInvalid', `${path} is larger than 16 MiB`, { hint: 'cut it' });
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof GodwitError) throw error;
    throw new GodwitError('ConfigInvalid', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
