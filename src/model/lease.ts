/** The timed right to act on a deployment, with its fencing number. */
import type { Actor } from './operation.ts';

export interface Lease {
  readonly deployment: string;
  readonly holder: Actor;
  /** Unique per taking, so that the same process taking twice is two holders. */
  readonly holderId: string;
  readonly epoch: number;
  readonly ttlMs: number;
  /** Monotonic milliseconds of the holder: not usable from here on (send time + ttl − margin). */
  readonly usableUntilMonoMs: number;
}

/** What another process can see of a lease. */
export interface LeaseRecord {
  readonly deployment: string;
  readonly holder: Actor;
  readonly epoch: number;
  readonly ttlMs: number;
  /** Wall clock of the last renewal, epoch milliseconds: for people, never for deciding. */
  readonly renewedAtMs: number;
  /**
   * For how long the holder has had it when the record was read, milliseconds. No wall clock has a part in it where holder and reader
   * are on one machine: it is the age on the monotonic clock that both share.
   */
  readonly heldMs: number;
}
