/** An ordered list of steps, computed before anything changes. Plain data: it is journaled and resumed. */
import type { Market } from './error-verdict.ts';
import type { Expression } from './expression.ts';
import type { OperationKind, Trigger } from './operation.ts';
import type { Reason, ReasonCode } from './reason.ts';
import type { Weights } from './route.ts';

/** What a step of weights must show while it is watched, else the move returns. */
export interface Gate {
  /** The sites that gain: what the source still fails is why traffic moves. */
  readonly sites: readonly string[];
  readonly holdMs: number;
  /** Of each of the sites, all of them. */
  readonly promoteWhen: readonly Expression[];
}

/** As operations have it that an earlier program recorded: they are carried out as they are written. */
export interface EarlierGate extends Pick<Gate, 'sites' | 'holdMs'> {
  /** Of its attempts, 0–1. */
  readonly maxErrorRatio: number;
  /** The 95th percentile; absent: any. */
  readonly maxFirstTokenMs?: number;
}

/** A site where something could be started, and the slots it lacks. */
export interface HuntCandidate {
  readonly site: string;
  readonly slots: readonly number[];
}

/** A site where a hedged hunt started replicas, and how many of the site are to be proven: with what stood there before. */
export interface Runner {
  readonly site: string;
  readonly replicas: number;
  /** What the hunt filled; absent as long as that is not known. */
  readonly slots?: readonly number[];
}

/** What a hedged hunt has asked for at one site, and what stays instead of it. */
export interface Released {
  /** `listedWithinMs`: a list made so long after `atMs` (epoch milliseconds) shows what the start made, if it made anything. */
  readonly starts: readonly { readonly startKey: string; readonly atMs: number; readonly listedWithinMs: number }[];
  /** Of the race; empty when it has no end. */
  readonly kept: readonly Runner[];
}

/** One idempotent effect with a condition that says when it is reached (`core/plan/reached.ts`). */
export type StepEffect =
  | { readonly kind: 'stamp' }
  /** End what a drill does to the traffic: a person's move comes first. */
  | { readonly kind: 'undo'; readonly run: string }
  /**
   * Start these slots at the site; `bestEffort`: a refusal is recorded and does not fail the operation. `market`: in that one
   * alone; absent: in whichever has one, in the site's own order.
   */
  | {
      readonly kind: 'launch';
      readonly site: string;
      readonly slots: readonly number[];
      readonly bestEffort: boolean;
      readonly market?: Market;
    }
  /**
   * Start so many replicas, at one candidate after the other in this order: each is asked for what it lacks, and the next for
   * what it refused. `waits`: what nobody has is asked for again until the deadline. `hedge`: all of them at so many candidates
   * that share no failure domain, side by side; fewer when nobody else has them, or once those at one are proven.
   */
  | {
      readonly kind: 'hunt';
      readonly candidates: readonly HuntCandidate[];
      readonly replicas: number;
      readonly waits: boolean;
      readonly hedge?: number;
    }
  /**
   * Wait until what a hedged hunt has started is proven at one site. `wins`: at so many of the runners; absent as long as it is
   * not known where anything was started.
   */
  | { readonly kind: 'race'; readonly runners: readonly Runner[]; readonly replicas: number; readonly wins?: number }
  /**
   * Stop for good what a hedged hunt has started at the site, unless it won or has traffic by now; nothing that stood there
   * before. `of`: the operation that hunted; absent: this one. `bestEffort`: as of a launch. `own`: known once it is begun.
   */
  | {
      readonly kind: 'release';
      readonly site: string;
      readonly how: 'stop' | 'delete';
      readonly bestEffort: boolean;
      readonly of?: string;
      readonly own?: Released;
    }
  /**
   * Wait until this many replicas of the site are proven by fresh completions of the right model. `isHunted`: and as many more
   * as the hunt before it has started there; none, and there is nothing to prove. `below`: only those in slots below it count; `slots`:
   * only those in these.
   */
  | {
      readonly kind: 'prove';
      readonly site: string;
      readonly replicas: number;
      readonly isHunted?: true;
      readonly below?: number;
      readonly slots?: readonly number[];
    }
  /** Publish these weights in one visible step. */
  | { readonly kind: 'weigh'; readonly weights: Weights; readonly gate: Gate | EarlierGate | undefined }
  /** Weight 0 for the site, read back from the gateway. `isEmptied`: nor may anything new spill there. */
  | { readonly kind: 'fence'; readonly site: string; readonly isEmptied?: boolean }
  /** Wait until no request runs at the site. `cutsLater`: past the deadline what still runs is for the cut that follows. */
  | { readonly kind: 'drain'; readonly site: string; readonly cutsLater?: boolean }
  /** End what still runs at the site, each with an error that says it may be tried again. */
  | { readonly kind: 'cut'; readonly site: string }
  | { readonly kind: 'stop'; readonly site: string; readonly how: 'stop' | 'delete' }
  /**
   * Replicas in slots from `keep` on, or in others than `slots`, get no new requests, and each is stopped for good once it has
   * none running, or after `drainMs`. `takes`: as many of them were ready when it was planned.
   */
  | {
      readonly kind: 'trim';
      readonly site: string;
      readonly keep: number;
      readonly slots?: readonly number[];
      readonly how: 'stop' | 'delete';
      readonly drainMs: number;
      readonly takes: number;
    }
  /** Nothing bad for this long. */
  | { readonly kind: 'settle'; readonly forMs: number };

export type Step = StepEffect & {
  /** Unique within the plan; the journal checks it on replay. */
  readonly name: string;
  /** From the first attempt, in milliseconds; past it the step fails. */
  readonly deadlineMs: number;
};

/** How many replicas a site is to have. */
export interface Scale {
  readonly site: string;
  readonly replicas: number;
  /** As many were in force before. */
  readonly before: number;
  /** The configuration's number, which this stands in place of. */
  readonly instead: number;
  /** It is what the configuration says: what stands in its place goes. */
  readonly isTakenBack: boolean;
  /** The slots that they stand in; absent: from 0 on. */
  readonly slots?: readonly number[];
}

/** Weights that stand in place of the configuration's. */
export interface Kept {
  /** The configuration's, in place of which they stand. */
  readonly instead: Weights;
}

export interface Plan {
  readonly kind: OperationKind;
  readonly deployment: string;
  readonly trigger: Trigger;
  readonly from: string | undefined;
  /** The weights in force when it was made: what `return` goes back to. */
  readonly before: Weights;
  readonly after: Weights;
  readonly steps: readonly Step[];
  readonly because: readonly Reason[];
  /** The route version it was computed from; never applied over weights that somebody else set since. */
  readonly routeVersion: number;
  readonly requestId: string | undefined;
  /** The moved traffic returns this long after the end, in milliseconds; absent: it stays. */
  readonly forMs?: number;
  /** Rules that the person who asked answers for; absent: none. */
  readonly overrides?: readonly ReasonCode[];
  /** Absent: no. A drill gives the traffic back itself, and whatever a person asks for comes before that. */
  readonly yields?: true;
  /** Of a `scale`; absent: it is none. */
  readonly scale?: Scale;
  /** `after` stands in place of the configuration's weights when it is done; absent: it does not. */
  readonly kept?: Kept;
}
