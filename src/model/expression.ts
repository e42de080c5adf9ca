/** One closed language for limits: what a drill claims, requires and ends for, when a step of a move may go on, when a site is bad. */

/**
 * What an expression is for: `claim` of a hypothesis, `watch` of what is looked at while a drill goes on, `gate` of a step of a
 * move, `detector` of what users' own requests show at a site.
 */
export type ExpressionUse = 'claim' | 'watch' | 'gate' | 'detector';

/** `run`: one value for a whole run. `moment`: one value at a time: a second of a drill, a look at a site. */
export type SignalScope = 'run' | 'moment';
/** `time` in milliseconds, `share` 0–1, `count` a whole number, `word` one of a closed set. */
export type Measure = 'time' | 'share' | 'count' | 'word';

interface SignalSpec {
  readonly scope: SignalScope;
  readonly measure: Measure;
  /** Where it is measured. */
  readonly uses: readonly ExpressionUse[];
}

/** Everything an expression may be about, and where. Of a site: as the gateway counts its attempts. */
export const signalTable = {
  /** Of the requests since the first fault, those answered without error. */
  availability: { scope: 'run', measure: 'share', uses: ['claim'] },
  /** Of the requests since the first fault, those that failed, were cut, or whose client gave up. */
  lostRequests: { scope: 'run', measure: 'share', uses: ['claim'] },
  /** From the first fault to the beginning of the last request that was lost. */
  recoveryTime: { scope: 'run', measure: 'time', uses: ['claim'] },
  /** From the first fault to the first actionable diagnosis. */
  detectionTime: { scope: 'run', measure: 'time', uses: ['claim'] },
  /** Automatic moves of traffic that were opened since the first fault. */
  moves: { scope: 'run', measure: 'count', uses: ['claim'] },
  /** The farthest that automation went since the first fault: `act`, else `advise`, else `stay`. */
  decision: { scope: 'run', measure: 'word', uses: ['claim'] },
  /** A reason code that decisions gave since the first fault; `=` holds when it was among them. */
  reason: { scope: 'run', measure: 'word', uses: ['claim'] },
  /**
   * Of the requests that ended in the last ten seconds, those that were lost. At a site, of its attempts those that failed: in the
   * gateway's window, or since the step began.
   */
  errorRate: { scope: 'moment', measure: 'share', uses: ['claim', 'watch', 'gate', 'detector'] },
  /** Of the attempts at a site, those whose first byte came, or has not come, after the first-token limit. */
  lateRate: { scope: 'moment', measure: 'share', uses: ['detector'] },
  /** Time to the first token, as clients of the load saw it; without a load, and at a site, as the gateway did. */
  'ttft.p50': { scope: 'moment', measure: 'time', uses: ['claim', 'watch', 'gate', 'detector'] },
  'ttft.p95': { scope: 'moment', measure: 'time', uses: ['claim', 'watch', 'gate', 'detector'] },
  /** Ready replicas, as a share of those the configuration wants. */
  'capacity.healthy': { scope: 'moment', measure: 'share', uses: ['claim', 'watch'] },
} as const satisfies Readonly<Record<string, SignalSpec>>;

export type Signal = keyof typeof signalTable;
/** In the order of the table. */
export const signals = Object.keys(signalTable) as readonly Signal[];

/** Those that are measured there, in the order of the table. */
export const usableSignals: Readonly<Record<ExpressionUse, readonly Signal[]>> = {
  claim: usableIn('claim'),
  watch: usableIn('watch'),
  gate: usableIn('gate'),
  detector: usableIn('detector'),
};

function usableIn(use: ExpressionUse): readonly Signal[] {
  return signals.filter((signal) => signalTable[signal].uses.some((each) => each === use));
}

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
