/** One closed language for limits: what a drill claims, requires and ends for, when a step of a move may go on, when a site is bad. */

/** `run`: one value for a whole run. `moment`: one value a second. */
export type SignalScope = 'run' | 'moment';
/** `time` in milliseconds, `share` 0–1, `count` a whole number, `word` one of a closed set. */
export type Measure = 'time' | 'share' | 'count' | 'word';

/** Everything an expression may be about. */
export const signalTable = {
  /** Of the requests since the first fault, those answered without error. */
  availability: { scope: 'run', measure: 'share' },
  /** Of the requests since the first fault, those that failed, were cut, or whose client gave up. */
  lostRequests: { scope: 'run', measure: 'share' },
  /** From the first fault to the beginning of the last request that was lost. */
  recoveryTime: { scope: 'run', measure: 'time' },
  /** From the first fault to the first actionable diagnosis. */
  detectionTime: { scope: 'run', measure: 'time' },
  /** Automatic moves of traffic that were opened since the first fault. */
  moves: { scope: 'run', measure: 'count' },
  /** The farthest that automation went since the first fault: `act`, else `advise`, else `stay`. */
  decision: { scope: 'run', measure: 'word' },
  /** A reason code that decisions gave since the first fault; `=` holds when it was among them. */
  reason: { scope: 'run', measure: 'word' },
  /** Of the requests that ended in the last ten seconds, those that were lost. */
  errorRate: { scope: 'moment', measure: 'share' },
  /** Of the attempts at a site, those whose first byte came, or has not come, after the first-token limit. */
  lateRate: { scope: 'moment', measure: 'share' },
  /** Time to the first token, as clients of the load saw it; without a load, as the gateway did. */
  'ttft.p50': { scope: 'moment', measure: 'time' },
  'ttft.p95': { scope: 'moment', measure: 'time' },
  /** Ready replicas, as a share of those the configuration wants. */
  'capacity.healthy': { scope: 'moment', measure: 'share' },
} as const satisfies Readonly<Record<string, { readonly scope: SignalScope; readonly measure: Measure }>>;

export type Signal = keyof typeof signalTable;
/** In the order of the table. */
export const signals = Object.keys(signalTable) as readonly Signal[];

/** As they are written. */
export const comparators = ['<=', '<', '>=', '>', '=', '!='] as const;
export type Comparator = (typeof comparators)[number];

/** What can be said without a number. */
export const namedConditions = ['every standby is ready'] as const;
export type NamedCondition = (typeof namedConditions)[number];

/**
 * `for`: at every moment of so long, without a break. `within`: from so long after that event on, at every moment. Without a span a
 * `moment` signal is meant now, where something watches, and at every moment since the first fault, where something is claimed.
 */
export type ExpressionSpan =
  | { readonly kind: 'for'; readonly ms: number }
  | { readonly kind: 'within'; readonly ms: number; readonly of: 'fault' | 'detection' };

export interface Comparison {
  readonly kind: 'comparison';
  /** As it was written. */
  readonly text: string;
  readonly signal: Signal;
  readonly comparator: Comparator;
  /** In the signal's measure: milliseconds, 0–1, a whole number, or a word. */
  readonly value: number | string;
  readonly span?: ExpressionSpan;
}

export type Expression =
  | Comparison
  | { readonly kind: 'condition'; readonly text: string; readonly condition: NamedCondition }
  | { readonly kind: 'all' | 'any'; readonly text: string; readonly of: readonly Expression[] };
