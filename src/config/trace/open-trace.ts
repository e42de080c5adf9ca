/** Reads the files of a trace. */
import { readFile, stat } from 'node:fs/promises';
import { GodwitError, messageOf } from '../../errors.ts';
import type { Demand } from '../../model/backtest.ts';
import type { Trace } from '../../model/trace.ts';
import { demandUntil, readDemand } from './demand.ts';
import { readTrace } from './read-trace.ts';
import type { TraceFile } from './refuse.ts';

const mostBytes = 16 * 1024 * 1024;

/** All that is replayed. `demand`: replicas at all times, or a file that says when how many. Throws as below. */
export async function openBacktest({
  trace: paths,
  prices,
  demand: asked,
}: {
  readonly trace: readonly string[];
  readonly prices: string | undefined;
  readonly demand: number | string;
}): Promise<{ readonly trace: Trace; readonly demand: Demand }> {
  const demand: Demand = typeof asked === 'number' ? { wanted: asked } : readDemand(await read(asked));
  const trace = await openTrace(paths, { prices, wanted: demand.wanted });
  return { trace, demand: demandUntil(demand, trace.endMs) };
}

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
