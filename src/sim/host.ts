/** A place where one process runs at a time. */
import type { Incarnation } from './incarnation.ts';

/** One that exists once in a world, by its name. */
export interface Host {
  readonly name: string;
  life: Incarnation | undefined;
  /** Counts its lives, for their streams of chance. */
  lives: number;
  /** Of its calls, the share that is interrupted, 0–1; absent: as everywhere. */
  readonly interrupted?: number;
}
