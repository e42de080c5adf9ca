/** One run of a drill: what was done, what was measured, and what that makes of the hypothesis. */
import type { Claim, Drill } from './drill.ts';
import type { Actor, Operation } from './operation.ts';
import type { Answer } from './outcome.ts';
import type { Weights } from './route.ts';

/**
 * `aborted`: ended before its time, by a person, by a limit or because its fault was undone · `not-started`: what must hold
 * before a fault did not, and nothing was broken · `inconclusive`: something that a claim needs was not measured.
 */
export const verdicts = ['passed', 'failed', 'aborted', 'not-started', 'inconclusive'] as const;
export type Verdict = (typeof verdicts)[number];

/** What the gateway had counted at a moment. */
export interface DrillSample {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Since the gateway started: requests that ended, and those of them that failed, were cut, or whose client gave up waiting. */
  readonly ended: number;
  /** Requests that have not ended yet. */
  readonly open: number;
  readonly lost: number;
  /** When the newest of the lost ones began, epoch milliseconds; undefined: none was lost. */
  readonly lostStartAtMs: number | undefined;
  readonly weights: Weights;
}

export interface ClaimVerdict {
  readonly claim: Claim;
  /** Milliseconds for a time, 0–1 for a share; undefined when it could not be measured. */
  readonly measured: number | undefined;
  readonly holds: Answer;
}

/** `verified`: read back from the gateway. `not-needed`: nothing was armed. */
export type UndoState = 'verified' | 'unknown' | 'not-needed';

export interface DrillRun {
  /** `dr-` and base-32 digits. */
  readonly id: string;
  readonly drill: Drill;
  readonly by: Actor;
  readonly reason: string | undefined;
  readonly configDigest: string;
  readonly beganAtMs: number;
  /** When the first fault was in force; undefined: none ever was. */
  readonly faultAtMs: number | undefined;
  readonly endedAtMs: number;
  readonly verdict: Verdict;
  /** Why it is not `passed`, a line each. */
  readonly because: readonly string[];
  readonly claims: readonly ClaimVerdict[];
  readonly undo: UndoState;
  /** The weights when it began and when it was over; undefined when they were not seen. */
  readonly before: Weights | undefined;
  readonly after: Weights | undefined;
  /** Operations opened meanwhile, oldest first. */
  readonly operations: readonly Operation[];
  /** One a second, oldest first. */
  readonly samples: readonly DrillSample[];
}
