/** What one detector makes of one subject's observations. */
import type { Plane, ProbeReason } from './observation.ts';

/** `starting` is the grace while a model loads: bad answers are expected and do not count. */
export type ConditionState = 'good' | 'bad' | 'slow' | 'starting' | 'unknown';

export interface Condition {
  readonly replica: string;
  readonly probe: string;
  readonly plane: Plane;
  readonly vantage: string;
  readonly state: ConditionState;
  /** Epoch milliseconds since when the state holds. */
  readonly sinceMs: number;
  /** When the newest observation behind it was made, epoch milliseconds. */
  readonly asOfMs: number;
  readonly failuresInARow: number;
  /** Epoch milliseconds of the first of them; undefined when there is none. */
  readonly failingSinceMs: number | undefined;
  readonly successesInARow: number;
  readonly reason: ProbeReason | undefined;
  readonly detail: string | undefined;
  /** Time per output token after the first, the slowest in the window, milliseconds; absent when nothing measured it. */
  readonly perTokenMs?: number;
}

/** Proof that a replica really serves: enough good completions in a row from this boot and this model. */
export interface Proof {
  readonly replica: string;
  readonly bootId: string;
  readonly model: string;
  readonly completions: number;
  /** When the newest of them was seen, epoch milliseconds. */
  readonly atMs: number;
}
