/** What is read back of an operation whose end is not known. */
import type { Operation } from './operation.ts';
import type { Answer } from './outcome.ts';

export interface StepCheck {
  readonly step: string;
  /** Whether what the step was to bring about is so now. */
  readonly holds: Answer;
  /** One line with what was seen, or why it was not. */
  readonly seen: string;
}

/** `not-seen`: something that decides it could not be read. */
export type Verdict = 'as-planned' | 'as-before' | 'something-else' | 'not-seen';

export interface Verification {
  readonly operation: Operation;
  readonly checks: readonly StepCheck[];
  readonly verdict: Verdict;
}
