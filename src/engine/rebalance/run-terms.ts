/** What a run of rebalancing is told, and what it knows once it has begun to change something. */
import type { SiteMove } from '../../core/placement/site-moves.ts';
import type { RebalancePlan } from '../../model/rebalance-plan.ts';
import type { EngineDeps } from '../engine.ts';
import type { RebalanceTerms } from './plan-rebalance.ts';

/** What one run is told by whoever asks for it, a person or a scheduler. */
export interface RunTerms extends RebalanceTerms {
  /** Names this run: whoever asks twice under one name asks once. */
  readonly runId: string;
  /** Nothing is begun that may not end within this, milliseconds from the beginning; absent: as long as it takes. */
  readonly deadlineMs?: number;
  /** A scheduler began it: not outside the windows, and nothing where a run of this name has begun to change something. */
  readonly isScheduled?: boolean;
  /** `approve` asks a person, who may take their time: others rebalance meanwhile. */
  readonly isAsked?: boolean;
  readonly reason: string | undefined;
  /** Shown the plan before anything changes; false: nothing does. */
  approve(plan: RebalancePlan): Promise<boolean>;
  /** Before each operation. */
  say(line: string): void;
}

/** A run that has begun to change something. */
export interface Run {
  readonly deps: EngineDeps;
  readonly plan: RebalancePlan;
  readonly moves: readonly SiteMove[];
  readonly terms: RunTerms;
  readonly beganAtMonoMs: number;
  /** By deployment: operations that were there before, and our own. */
  readonly known: Map<string, ReadonlySet<string>>;
  /** Nobody else may have begun to rebalance. */
  readonly isOurs: () => boolean;
  readonly signal: AbortSignal;
}
