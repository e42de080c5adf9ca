/** What a person asks for, before anybody has looked whether it can be done. */
import type { MarketCounts } from './offer.ts';
import type { PlanBasis } from './plan-basis.ts';
import type { ReasonCode } from './reason.ts';
import type { Weights } from './route.ts';

/** Each becomes an operation. */
export const verbs = [
  'start',
  'drain',
  'stop',
  'shift',
  'switchover',
  'failover',
  'failback',
  'migrate',
  'scale',
] as const;
export type Verb = (typeof verbs)[number];

/** Each is about an operation that is under way, or about the last one that moved traffic. */
export const orderKinds = ['hold', 'resume', 'return', 'abort', 'extend'] as const;
export type OrderKind = (typeof orderKinds)[number];

export interface Wish {
  readonly deployment: string;
  readonly kind: Verb | OrderKind;
  /** The site traffic leaves; for `start`, `drain`, `stop` and `scale` the site it is about. */
  readonly from: string | undefined;
  /** The site it goes to; undefined: the best one that is ready. */
  readonly to: string | undefined;
  readonly reason: string | undefined;
  /** Several targets, each with its percent of what is moved; they sum to 100. Instead of `to`. */
  readonly split?: Weights;
  /** Percent of the source's weight that moves, 1–100; absent: all of it. */
  readonly sharePct?: number;
  /** Shares of the move in percent, rising to 100; absent: those of the policy. */
  readonly stepsPct?: readonly number[];
  /** How long it lasts, in milliseconds from its end: then the traffic returns, if the origin is healthy. For `extend`: from now. */
  readonly forMs?: number;
  /** For `start`: at whichever site has capacity; with `from` at that one alone. */
  readonly anywhere?: true;
  /** For `switchover`: the weights to end with, integers that sum to 100. Instead of `to`. */
  readonly weights?: Weights;
  /** With `weights`: done, they stand in place of the configuration's, and nothing fails back to those. */
  readonly keeps?: true;
  /** With `anywhere`: how many; absent: what the sites in use lack, or one. For `scale`: how many the site is to have. */
  readonly replicas?: number;
  /** For `scale`: how many of them in each market; they sum to `replicas`. Absent: in whichever the site offers first. */
  readonly markets?: MarketCounts;
  /** With `anywhere`: what nobody has is asked for again for so long, in milliseconds; absent: once. */
  readonly waitMs?: number;
  /** With `anywhere`: at two sites that share no failure domain, side by side; the first that is proven stays. */
  readonly hedge?: true;
  /** A target that is warm or cold may be started. */
  readonly mayWake?: boolean;
  /** For `stop` and `migrate`: whether a machine is kept for a warm start. Default: `delete`; for `scale` as the standby has it. */
  readonly how?: 'stop' | 'delete';
  /** Rules that this person answers for; each was confirmed by the deployment's typed name. */
  readonly overrides?: readonly ReasonCode[];
  /** Absent: no. A drill gives the traffic back itself, and whatever a person asks for comes before that. */
  readonly yields?: true;
  /** Absent: a person's. What rebalances waits for everything else, and overrides nothing. */
  readonly trigger?: 'rebalance';
  /** For an order: the operation it is about. */
  readonly operationId?: string;
  /** Only if the world is still as it was when this was planned. */
  readonly expect?: PlanBasis;
}

/** An order is about an operation; everything else becomes one. */
export function isOrder(kind: Wish['kind']): kind is OrderKind {
  return orderKinds.some((each) => each === kind);
}
