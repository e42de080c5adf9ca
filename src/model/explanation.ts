/** What the record says of an operation, or of a moment in which nothing was done. */
import type { Attempt } from './block.ts';
import type { Decision } from './decision.ts';
import type { DrainList } from './drained.ts';
import type { StepState } from './journal-entry.ts';
import type { Actor, Operation } from './operation.ts';
import type { ProviderError } from './provider-error.ts';

/** What became of one step. */
export interface StepAccount {
  readonly name: string;
  /** `found`: reached already when it was looked at, nothing was done. `waiting`: not begun. */
  readonly state: 'found' | 'waiting' | StepState;
  /** When its intent and its end were recorded, epoch milliseconds. */
  readonly beganAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly error: ProviderError | undefined;
  /** One line with what was read back. */
  readonly detail: string | undefined;
  /** Of a step that emptied a site. */
  readonly drained?: DrainList;
  /** Of a start: the newest word on each offer that was refused or not asked for. */
  readonly attempts?: readonly Attempt[];
}

/** A decision as it was recorded, with the values seen then. */
export interface RecordedDecision {
  readonly decision: Decision;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Its place in the journal; undefined for one that is not in it (yet): the controller's last look. */
  readonly seq: number | undefined;
  readonly by: Actor | undefined;
}

export interface Explanation {
  readonly operation: Operation;
  /** Undefined when the journal does not hold it. */
  readonly decided: RecordedDecision | undefined;
  /** One per step of the plan, then the return of the weights where there was one. */
  readonly steps: readonly StepAccount[];
  /** One for each site that was emptied. */
  readonly drains: readonly DrainList[];
  /** Who took it up after somebody else had left it, in order. */
  readonly takenUpBy: readonly Actor[];
}
