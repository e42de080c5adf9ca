/** What came of replaying a trace: each row is one way to place replicas, all counted alike. */

import type { Deployment } from './deployment.ts';
import type { Market } from './error-verdict.ts';
import type { RebalancePolicy } from './rebalance-policy.ts';

/** So many replicas are wanted from this moment on. */
export interface DemandPoint {
  readonly atMs: number;
  readonly replicas: number;
}

/** How many replicas are wanted. */
export interface Demand {
  /** The most at any time. */
  readonly wanted: number;
  /** In order of time, the first from the trace's begin; absent: `wanted` at all times. */
  readonly demand?: readonly DemandPoint[] | undefined;
}

/** How a trace is to be replayed. */
export interface BacktestOptions extends Demand {
  /** From a start until it serves, in milliseconds. */
  readonly startupMs: number;
  /** Whose policy and probes the engine follows; undefined: the defaults. */
  readonly policyOf: Deployment | undefined;
  /** Absent: nobody rebalances. */
  readonly rebalance?: { readonly everyMs: number; readonly policy: RebalancePolicy | undefined };
}

/** One replica that was started: paid from `fromMs` to `untilMs`, able to serve from `readyMs`. */
export interface Run {
  /** Index of the trace's pool. */
  readonly pool: number;
  readonly fromMs: number;
  readonly readyMs: number;
  readonly untilMs: number;
  /** `taken`: the pool took its machine; `stopped`: it was given back; `end`: the trace was over. */
  readonly end: 'taken' | 'stopped' | 'end';
}

/** So many replicas served requests for so long. Spans follow each other without a gap. */
export interface ServedSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly replicas: number;
}

/** What a way of placing replicas did. */
export interface Played {
  readonly runs: readonly Run[];
  readonly served: readonly ServedSpan[];
}

/** The figures of one row. Ratios 0–1. */
export interface BacktestFigures {
  /** Served replica-time over wanted replica-time: the availability that rows are compared by. */
  readonly servedRatio: number;
  /** Share of the time in which all that were wanted served. */
  readonly fullRatio: number;
  /** Share of the time in which none served though some were wanted. */
  readonly downRatio: number;
  /** Absent: a pool that was used has no declared price. */
  readonly costUsd: number | undefined;
  readonly replicaHours: number;
  readonly starts: number;
  /** Replicas that took the place of one somewhere else; see `movesOf`. */
  readonly moves: number;
  /** Replicas whose machine was taken. */
  readonly taken: number;
}

export interface BacktestRow extends BacktestFigures {
  readonly name: string;
  readonly kind: 'engine' | 'baseline' | 'optimum';
  readonly served: readonly ServedSpan[];
  /** Invariants that did not hold; absent: nothing checks them in this row. */
  readonly violations?: readonly string[] | undefined;
  /** Invariants that are not among them: the probes are too slow for what they compare. */
  readonly silent?: readonly string[] | undefined;
}

/** A pool as the report names it. */
export interface BacktestPool {
  readonly site: string;
  readonly machine: string;
  readonly market: Market;
  readonly mostNodes: number;
  /** Machines that were taken in the trace. */
  readonly taken: number;
  readonly isAssumed: boolean;
  readonly price?: {
    /** Lowest and highest, with who says so and when. */
    readonly fromUsd: number;
    readonly toUsd: number;
    readonly source: string;
    readonly asOf: string;
    /** Milliseconds from the trace's begin for which no price is known, and the first is charged; absent: none. */
    readonly assumedForMs?: number;
  };
}

export interface Backtest extends Demand {
  readonly endMs: number;
  readonly startupMs: number;
  /** Whose failover policy the engine followed; absent: the default one. */
  readonly policyOf?: string | undefined;
  /** How often a scheduler rebalanced in the row that has one, in milliseconds; absent: there is none. */
  readonly rebalancedEveryMs?: number | undefined;
  readonly pools: readonly BacktestPool[];
  readonly rows: readonly BacktestRow[];
}
