/**
 * The last change of a slot's machine that its cloud has accepted and may still be at: whoever comes next asks how that goes
 * on, before anything is asked for again. Beside the record of what was launched, which stays as it is.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { openShelf, type Shelf } from './shelf.ts';

const underWayShape = z.strictObject({
  /** What it is to come to: the key of a start, how to stop. */
  aim: z.string(),
  /** Of the machine, and which boot of it. */
  instance: z.string(),
  /** Where the cloud tells how it goes on: an address or a name of its own. */
  progress: z.string(),
});

export type UnderWayShelf = Shelf<Readonly<z.infer<typeof underWayShape>>>;

/** Makes and writes nothing until something is put. */
export function openUnderWay(stateDir: string): UnderWayShelf {
  return openShelf(join(stateDir, 'under-way'), underWayShape);
}
