/** What a plan would bring, as far as it can be known before: shown to whoever is asked whether it shall be done. */
import type { ReasonCode } from './reason.ts';
import type { Wish } from './wish.ts';

export interface SiteForecast {
  readonly site: string;
  /** Percent of the traffic before and after. */
  readonly nowPct: number;
  readonly thenPct: number;
  /** Freshly proven replicas now, and how many are wanted. */
  readonly ready: number;
  readonly wanted: number;
  /** Replicas that would be started. */
  readonly starts: number;
  /** Replicas beyond a new number that would be stopped; absent: none. */
  readonly trims?: number;
  readonly ends: 'nothing' | 'drained' | 'stopped';
  /** Requests per second it would get, and could serve then; undefined: not measured, or not rated. */
  readonly thenRps: number | undefined;
  readonly thenCapacityRps: number | undefined;
}

/** Dollars per hour of everything that runs for the deployment. */
export interface CostForecast {
  readonly nowUsdPerHour: number;
  readonly thenUsdPerHour: number;
  /** Of a hedged start: until one of both is proven. Absent: never more than the others. */
  readonly peakUsdPerHour?: number;
}

export const phases = ['wake', 'move', 'drain', 'stop', 'settle'] as const;
export type Phase = (typeof phases)[number];

/** How long a part of the plan takes, in milliseconds: as it did before at these sites; undefined: not every step of it was ever done. */
export interface PhaseForecast {
  readonly phase: Phase;
  readonly steps: number;
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
  /** What the plan itself fixes: steps that are watched or waited out. */
  readonly leastMs: number;
}

export interface DrainForecast {
  readonly site: string;
  /** What running requests get to finish, in milliseconds. */
  readonly budgetMs: number;
  /** What the model server itself gives them once it is told to stop, in milliseconds. */
  readonly stopGraceMs: number;
  readonly isStopped: boolean;
}

/** Something near to what was asked that no rule forbids now. */
export interface Alternative {
  readonly kind: 'wake' | 'share' | 'to';
  readonly wish: Wish;
}

/** `mild`: nobody is asked. `moderate`: `[y/N]`. `severe`: the deployment's name is typed; `why` says what makes it so. */
export interface Danger {
  readonly level: 'mild' | 'moderate' | 'severe';
  readonly why: readonly string[];
}

export interface Forecast {
  readonly sites: readonly SiteForecast[];
  /** Undefined when a price is not known. */
  readonly cost: CostForecast | undefined;
  readonly phases: readonly PhaseForecast[];
  readonly drains: readonly DrainForecast[];
  /** Rules that were looked at and allow it. */
  readonly passed: readonly ReasonCode[];
  readonly danger: Danger;
}
