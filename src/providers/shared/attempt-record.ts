/** What was last asked for in a slot, written before it is asked: what the cloud's own list may not show yet is found from it. */
import { join } from 'node:path';
import { z } from 'zod';
import { markets } from '../../model/error-verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import { openShelf, type Shelf } from './shelf.ts';

const attemptShape = z.strictObject({
  startKey: z.string(),
  /** The lease epoch under which the key came first. */
  epoch: z.int(),
  offer: z.strictObject({
    machine: z.string(),
    family: z.string(),
    market: z.enum(markets),
    zone: z.string().optional(),
    subnet: z.string().optional(),
    reservation: z.string().optional(),
  }),
  /** What makes a repeated request the same request to the cloud, or finds what it made: a token, a name. */
  token: z.string(),
  /** `intended`: it may have been made. `refused`: it was not. */
  state: z.enum(['intended', 'made', 'refused']),
  /** Of the machine, once it is made. */
  instance: z.string().optional(),
  /** Where the cloud tells how the request goes on, while it is not over: an address or a name of its own. */
  progress: z.string().optional(),
  /** Of this machine's monotonic clock, when it was last asked for. */
  atMonoMs: z.number(),
});

export type Attempt = Readonly<z.infer<typeof attemptShape>>;

export type AttemptShelf = Pick<Shelf<Attempt>, 'get' | 'put'>;

/** Makes and writes nothing until something is put. */
export function openAttempts(stateDir: string): AttemptShelf {
  return openShelf(join(stateDir, 'attempts'), attemptShape);
}

/**
 * At least so long ago, in milliseconds. The monotonic clock starts anew with the machine: a time it has not reached yet is
 * of an earlier boot, so older than this boot is. Never too much, whatever was done to the wall clock.
 */
export function ageOf({ atMonoMs }: Attempt, clock: Clock): number {
  const nowMonoMs = clock.monoMs();
  return nowMonoMs >= atMonoMs ? nowMonoMs - atMonoMs : nowMonoMs;
}
