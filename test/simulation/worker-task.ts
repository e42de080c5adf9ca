/** What a thread is told, and where the threads agree by turns. */
import type { Faults } from './draw.ts';

/** Places in the numbers that all threads share. */
export const slots = { next: 0, isOver: 1, lock: 2, firstThread: 3 } as const;

/** In place of a thread's turn until its first. */
export const notBegun = -1;

export interface WorkerTask {
  /** Of 32-bit integers, see `slots`; after them the turn that each thread is at. */
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly thread: number;
  readonly faults: Faults;
  readonly from: number;
  /** Number of seeds. */
  readonly seeds: number;
}
