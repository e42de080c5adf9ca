/** The numbers an operator sets: when something counts as bad, what may be done, how fast. Times in milliseconds. */
import type { Expression } from './expression.ts';

export const failoverModes = ['off', 'advise', 'auto'] as const;
export type FailoverMode = (typeof failoverModes)[number];

export interface DetectorPolicy {
  /** How often the loop looks and decides. */
  readonly evaluateEveryMs: number;
  /** Consecutive failures that make a replica bad. */
  readonly failuresInARow: number;
  /** Consecutive good answers that make it good again. */
  readonly successesInARow: number;
  /** Window of the ratio detector. */
  readonly windowMs: number;
  /** Share of bad answers in the window that makes a replica bad, 0–1. */
  readonly badRatio: number;
  /** Fewer answers than this in the window say nothing. */
  readonly minimumSamples: number;
  /** Phi of the accrual detector from which first-token times count as slow. */
  readonly slowPhi: number;
  /** How long a site must be bad before automation acts. */
  readonly failAfterMs: number;
  /** An observation older than this is no evidence. */
  readonly staleAfterMs: number;
  /** Vantages that must agree when there is more than one. */
  readonly quorum: number;
  /** Traffic plane: any one of them is enough; about errors it makes a site bad, about times alone slow. */
  readonly unhealthyWhen: readonly Expression[];
  /** Traffic plane: fewer attempts than this in the window say nothing. */
  readonly trafficMinimum: number;
}

/** What a target must have shown. */
export interface ProofPolicy {
  /** Good completions in a row from the same boot. */
  readonly completions: number;
  readonly maxAgeMs: number;
}

export interface MovePolicy {
  /** Shares of the move, in percent, each gated; used when the source still serves something. */
  readonly stepsPct: readonly number[];
  /** How long each step is watched. */
  readonly holdEachMs: number;
  /** What each site that gains must show, all of them: a step fails once one is certainly not so. */
  readonly promoteWhen: readonly Expression[];
  /** The whole operation's limit. */
  readonly deadlineMs: number;
}

export interface FailbackPolicy {
  readonly mode: 'never' | 'auto';
  /** How long the preferred site must have been healthy. */
  readonly afterMs: number;
}

export interface SafetyPolicy {
  /** Share of sites bad together from which nothing moves, 0–1. */
  readonly brakeRatio: number;
  /** Least time between automatic failovers of a deployment. */
  readonly coolDownMs: number;
  readonly maxFailoversPerDay: number;
  /** Least time the traffic stays where a move put it before automation moves it back. */
  readonly dwellMs: number;
  /** Share of the proven ready capacity that a planned removal must leave, 0–1. */
  readonly minReadyRatio: number;
  /** What a rated site must be able to serve beyond the load it would get, as a share of that load, 0–1. */
  readonly headroomRatio: number;
  /** One site is emptied at a time within this, and not most of what is ready; 0: no such limit. */
  readonly removalWindowMs: number;
  /** Most of the traffic that one vendor may serve, 0–1, by vendor; a vendor that is not named has no limit. */
  readonly vendorMaxRatio: Readonly<Record<string, number>>;
  /** Most that the deployment's replicas may cost together; absent: no limit. */
  readonly maxUsdPerHour?: number;
  /** When nothing is to be changed. */
  readonly freeze: readonly FreezeWindow[];
}

/** A time in which only what it allows is moved. */
export interface FreezeWindow {
  /** Epoch milliseconds, the first that is frozen. */
  readonly fromMs: number;
  /** Epoch milliseconds, the first that is not. */
  readonly untilMs: number;
  readonly reason: string;
  /** `emergency`: a failover. */
  readonly allow: readonly 'emergency'[];
}

/** What holds for moves that a person asks for. */
export interface ManualPolicy {
  /** How long traffic stays moved when nobody says for how long. */
  readonly defaultExpiryMs: number;
  readonly maxExpiryMs: number;
  /** How long before the end it is announced. */
  readonly warnBeforeMs: number;
  /** Every change needs a reason. */
  readonly requiresReason: boolean;
}

export interface FailoverPolicy {
  readonly mode: FailoverMode;
  readonly detector: DetectorPolicy;
  readonly proof: ProofPolicy;
  readonly move: MovePolicy;
  readonly failback: FailbackPolicy;
  readonly safety: SafetyPolicy;
  readonly manual: ManualPolicy;
}

export interface DrainPolicy {
  /** Longest time running requests get to finish. */
  readonly waitForStreamsMs: number;
  /** Most tokens one answer may have; undefined: not stated, so the whole time is given. */
  readonly longestOutputTokens?: number;
  /** The model server's own metrics that count its requests, beside the gateway's count; absent: the gateway's alone. */
  readonly idleMetrics?: readonly string[];
}
