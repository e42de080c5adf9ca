/** What was counted of one deployment, for monitoring: nothing is ever decided by it. */
import type { Decision } from './decision.ts';
import type { Observation } from './observation.ts';
import type { endStates, OperationKind, Trigger } from './operation.ts';
import type { ReasonCode } from './reason.ts';

/** Decisions that said something new, once for each of their reasons. */
export interface DecisionCount {
  readonly decision: Decision['kind'];
  /** Undefined: it needed none, as one that stays where all is well. */
  readonly reason: ReasonCode | undefined;
  readonly trigger: Trigger;
  readonly count: number;
}

/** Answers of one probe at one site. */
export interface ProbeCount {
  readonly site: string;
  /** The probe's name within the deployment. */
  readonly probe: string;
  readonly outcome: Observation['outcome'];
  readonly count: number;
}

/** Operations that ended, by what they were and how. */
export interface OperationCount {
  readonly kind: OperationKind;
  readonly trigger: Trigger;
  readonly outcome: (typeof endStates)[number];
  readonly count: number;
}

/** Limits of the classes by which turns of the loop are counted, in milliseconds. */
export const turnLimitsMs = [10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** Turns of the loop and how long their work took. */
export interface TurnCounts {
  readonly count: number;
  readonly sumMs: number;
  /** For each of `turnLimitsMs`: turns that took at most so long. */
  readonly within: readonly number[];
}

/** By the process that leads the deployment, since it does. */
export interface Tally {
  readonly decisions: readonly DecisionCount[];
  readonly probes: readonly ProbeCount[];
  readonly turns: TurnCounts;
}
