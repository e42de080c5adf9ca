/** What came of replaying a trace: each row is one way to place replicas, all counted alike. */

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
  /** Share of the time in which none served. */
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
