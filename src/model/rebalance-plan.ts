/** What rebalancing would do, and why: plain data, rendered many ways. */
import type { Market } from './error-verdict.ts';
import type { MarketCounts } from './offer.ts';
import type { Allocation, AllocationCost } from './placement-problem.ts';
import type { Reason } from './reason.ts';
import type { Weights } from './route.ts';

/** What users ask of a deployment, with who says so. */
export interface Demand {
  /** Requests per second. */
  readonly rps: number;
  /** By site, milliseconds: the median first token there; a site that is not named: not known. */
  readonly firstTokenMs: Readonly<Record<string, number>>;
  readonly from: 'gateway' | 'config' | 'file';
  /** When it was so, epoch milliseconds. */
  readonly asOfMs: number;
  /** Absent: nobody says it. */
  readonly response?: ResponseSize;
}

/** The body of one response, on average, with who says so. */
export interface ResponseSize {
  readonly bytes: number;
  readonly from: 'gateway' | 'config' | 'file';
  /** When it was so, epoch milliseconds. */
  readonly asOfMs: number;
}

/** What was to be counted of a deployment's traffic, and why it could not be: it counts for none of its sites. */
export interface Uncounted {
  readonly deployment: string;
  readonly what: 'egress' | 'latency';
  readonly message: string;
}

/** What one unit of a pool costs, with who says so. */
export interface PoolPrice {
  /** Its name in the problem, such as `oslo/H100/spot`. */
  readonly pool: string;
  readonly site: string;
  readonly market: Market;
  /** `reserved`: paid whether it is used or not. */
  readonly usdPerHour: number;
  readonly from: 'config' | 'provider';
  /** When it was so, epoch milliseconds. */
  readonly asOfMs: number;
  /** Which kind of provider said it. */
  readonly provider?: string;
  /** Of which offer, such as `p5.48xlarge us-east-1a spot`. */
  readonly offer?: string;
  /** Why it is the configured one where the provider was asked. */
  readonly instead?: string;
}

/** What changes for a deployment at a site. */
export interface SiteChange {
  readonly deployment: string;
  readonly site: string;
  /** Percent of its traffic. */
  readonly weight: { readonly before: number; readonly after: number };
  readonly replicas: { readonly before: number; readonly after: number };
  /** Of the replicas, those of each market whose number changes; absent: of none, or the placement counts alone. */
  readonly markets?: readonly MarketChange[];
  /** Today's replicas by market, where a run brings about the number of each; absent: it gives the site its number alone. */
  readonly byMarket?: MarketCounts;
}

/** What changes in one market of a site. */
export interface MarketChange {
  readonly market: Market;
  readonly before: number;
  readonly after: number;
}

/** Replicas that are counted in the order in which their site lists its markets, and not where they were told to have been had. */
export interface AssumedMarket {
  readonly deployment: string;
  readonly site: string;
  readonly replicas: number;
  /** Their provider tells no market, or one that the site does not list. */
  readonly why: 'not-told' | 'not-listed';
}

/** One change on the way to a plan: an operation of its own. */
export type MovePart =
  /** Replicas of one choice, by its place in the problem. */
  | {
      readonly kind: 'start' | 'stop';
      readonly choice: number;
      readonly deployment: string;
      readonly site: string;
      /** Absent: the placement counts alone. */
      readonly market?: Market;
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'weigh'; readonly deployment: string; readonly before: Weights; readonly after: Weights };

/** A rule as it is told: what it says, and where that is written. */
export interface ToldRule {
  readonly name: string;
  readonly says: string;
  readonly path: readonly (string | number)[];
}

/** What a rule that the plan just keeps costs: an estimate, by solving again without it. */
export interface BindingRule extends ToldRule {
  /** Dollars per hour, at least 0; absent: there was no time to find out. */
  readonly usdPerHour?: number;
}

/** Good enough: a plan within this of the best is not searched on, as a share of its cost, and is told as proven. */
export const goodGap = 0.0005;

/** A plan that was found: what it changes, what that costs (dollars per hour), and what it keeps to. */
export interface FoundPlan {
  readonly kind: 'plan';
  readonly allocation: Allocation;
  readonly today: AllocationCost;
  readonly cost: AllocationCost;
  /** What it costs after a run, where that changes no market for another; absent: the same. */
  readonly reached?: AllocationCost;
  /** What no plan within these rules can cost less than, dollars per hour; `gap`: (cost − bound) ÷ cost, 0–1. */
  readonly bound: number;
  readonly gap: number;
  /** Empty: all is best as it is. */
  readonly changes: readonly SiteChange[];
  /** One after the other, none of which breaks a rule that is kept today; absent: there is no such order. */
  readonly parts?: readonly MovePart[];
  /** What today's count rests on without having been told; absent: nothing. */
  readonly assumed?: readonly AssumedMarket[];
  /** What is broken today, and kept after a run. */
  readonly mends: readonly ToldRule[];
  readonly binding: readonly BindingRule[];
  /** Deployments of which nothing begins yet, and until when: something else has moved their traffic. Absent: none. */
  readonly waits?: readonly (Reason & { readonly deployment: string })[];
}

/** What planning came to. Only `plan` may be carried out; the others say why there is none. */
export type RebalanceOutcome =
  | FoundPlan
  /** Rules that cannot be kept together; `isMinimal`: without any one of them the others can. */
  | { readonly kind: 'impossible'; readonly rules: readonly ToldRule[]; readonly isMinimal: boolean }
  /** Neither a plan nor a proof that there is none, in the time there was. */
  | { readonly kind: 'unknown'; readonly message: string }
  /** Something that must be known was not seen, or is being changed by somebody else. */
  | { readonly kind: 'skipped'; readonly reasons: readonly (Reason & { readonly deployment: string })[] };

/** One planning (`atMs`: epoch milliseconds) with what it was made from: demands are by deployment. */
export interface RebalancePlan {
  readonly atMs: number;
  readonly configDigest: string;
  readonly demands: Readonly<Record<string, Demand>>;
  /** Of every pool that the plan could use; empty: it came to no plan. */
  readonly prices: readonly PoolPrice[];
  /** Empty: all that was asked for is counted. */
  readonly uncounted: readonly Uncounted[];
  readonly outcome: RebalanceOutcome;
}
