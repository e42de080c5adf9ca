/** A rehearsed failure as the configuration describes it. */
import type { FaultKind } from './fault.ts';

export interface Drill {
  readonly name: string;
  readonly title: string | undefined;
  readonly deployment: string;
  /** In the order of their times. */
  readonly faults: readonly PlannedFault[];
  readonly hypothesis: readonly Claim[];
}

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly site: string;
  /** Percent of the requests to the site, 1–100. */
  readonly sharePct: number;
  /** From the beginning of the drill, in milliseconds. */
  readonly atMs: number;
  readonly forMs: number;
}

/** What a claim may be about. `recoveryTime`: from the first fault to the beginning of the last request that was lost, milliseconds. */
export const signals = ['recoveryTime', 'lostRequests'] as const;
export type Signal = (typeof signals)[number];

/** One sentence of the hypothesis, such as `recoveryTime <= 120s`. */
export interface Claim {
  /** As it was written. */
  readonly text: string;
  readonly signal: Signal;
  /** Milliseconds for a time, 0–1 for a share. */
  readonly atMost: number;
}
