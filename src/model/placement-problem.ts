/** What rebalancing has to decide: how many replicas of each deployment run where, and which share of its traffic each site gets. */
import type { Market } from './error-verdict.ts';
import type { Weights } from './route.ts';

/** Machines of one kind at one site in one market. Deployments share it. */
export interface Pool {
  /** Unique, such as `oslo/H100/spot`. */
  readonly name: string;
  readonly site: string;
  readonly market: Market;
  /** What one unit in use, such as an accelerator, costs beyond what is paid for anyway: 0 for a reservation. */
  readonly usdPerHour: number;
  /** Of a placement that counts alone: its market is not known. */
  readonly isOwn?: true;
}

/** One way to run a deployment. */
export interface Choice {
  readonly deployment: string;
  readonly pool: Pool;
  /** Units of the pool that one replica takes. */
  readonly units: number;
  /** Requests per second that one replica serves. */
  readonly ratedRps: number;
  /** Replicas that it has now. */
  readonly today: number;
  /** How long one takes from start to serving, in hours: paid for, and of no use. */
  readonly startupHours: number;
  /** A run brings about its number by itself; absent: only that of all markets at the site together. */
  readonly isSteered?: true;
}

/** A site as rebalancing sees it. */
export interface Place {
  readonly name: string;
  readonly vendor: string;
  readonly residency: readonly string[];
  readonly failureDomains: readonly string[];
}

/** What a deployment asks for. */
export interface Load {
  readonly deployment: string;
  /** Requests per second that are to be served. */
  readonly demandRps: number;
  /** Undefined: no traffic is routed yet. */
  readonly today: Weights | undefined;
  /** Dollars per hour when all of its traffic goes to the site: egress and latency. A site that is not named: 0. */
  readonly trafficUsdPerHour: Readonly<Record<string, number>>;
  /** How much of that is egress; absent: none. */
  readonly egressUsdPerHour?: Readonly<Record<string, number>>;
}

/** What a plan must keep to. Each stands on its own: without one of them nothing becomes impossible that was possible. */
export type PlacementRule = {
  /** Unique: what and of what, such as `vendorShare aws`. */
  readonly name: string;
  /** With its values, for people: `at most 60% of the traffic at aws`. */
  readonly says: string;
  /** Where the configuration says it, or what it is about. */
  readonly path: readonly (string | number)[];
} & PlacementLimit;

/** Absent: of each. */
interface OfOne {
  readonly deployment?: string;
}

/** What a rule asks, by kind: shares are 0–1, costs dollars per hour. */
export type PlacementLimit =
  /** The replicas at each site serve its share of the demand. */
  | { readonly kind: 'demand'; readonly deployment: string }
  /** And this much beyond it, as a share of it. */
  | ({ readonly kind: 'headroom'; readonly ratio: number } & OfOne)
  /** Units of the pool that may be in use together. */
  | { readonly kind: 'capacity'; readonly pool: string; readonly units: number }
  /** No more replicas there than now: it was refused, or the site is not to be used. */
  | { readonly kind: 'block'; readonly deployment: string; readonly pool: string }
  /** Every jurisdiction of a site must be among these. */
  | { readonly kind: 'residency'; readonly deployment: string; readonly allowed: readonly string[] }
  /** Of each deployment's traffic, 0–1. */
  | ({ readonly kind: 'vendorShare'; readonly vendor: string; readonly most: number } & OfOne)
  /** Each deployment has traffic and replicas at so many sites. */
  | { readonly kind: 'minimumSites'; readonly sites: number }
  /** Whichever of them is lost, the others serve the whole demand of each deployment that has several sites. */
  | { readonly kind: 'survive'; readonly loss: 'site' | 'failureDomain' }
  /** Of each deployment's rated capacity, 0–1. */
  | { readonly kind: 'spotShare'; readonly most: number }
  /** Only these run in the spot market. */
  | { readonly kind: 'spotOnlyFor'; readonly deployments: readonly string[] }
  /** All replicas together, with what is paid for anyway; of one deployment its own alone. */
  | ({ readonly kind: 'budget'; readonly usdPerHour: number } & OfOne)
  /** Nothing of it changes. */
  | { readonly kind: 'freeze'; readonly deployment: string }
  /** Share of each deployment's traffic that may go elsewhere in one run, 0–1. */
  | { readonly kind: 'trafficChange'; readonly most: number }
  /** Replicas started and stopped in one run, of all deployments. */
  | { readonly kind: 'replicaChange'; readonly most: number }
  /** What capacity costs may rise by so much in one run, dollars per hour. */
  | { readonly kind: 'costChange'; readonly usdPerHour: number };

/** What is wanted beside cheap capacity. */
export interface PlacementObjective {
  /** Of one replica that is started, beside its start-up. */
  readonly moveUsd: number;
  /** What is spent once is spread over so many hours. */
  readonly paybackHours: number;
}

/** Where replicas and traffic could go, what that costs, and what an allocation must keep to. */
export interface PlacementProblem {
  readonly places: readonly Place[];
  readonly choices: readonly Choice[];
  readonly loads: readonly Load[];
  readonly rules: readonly PlacementRule[];
  /** For reservations, whether they are used or not. */
  readonly paidUsdPerHour: number;
  readonly objective: PlacementObjective;
}

/** One answer to it. */
export interface Allocation {
  /** Of each choice, in its order. */
  readonly replicas: readonly number[];
  /** By deployment: integers that sum to 100. */
  readonly weights: Readonly<Record<string, Weights>>;
}

/** What an allocation costs, dollars per hour. */
export interface AllocationCost {
  /** Replicas, with what is paid for anyway. */
  readonly capacity: number;
  readonly egress: number;
  /** At the rate that the operator gives a millisecond. */
  readonly latency: number;
  /** Starts, spread over the payback. */
  readonly moves: number;
}

/** What is paid from hour to hour. */
export function steadyUsd({ capacity, egress, latency }: AllocationCost): number {
  return capacity + egress + latency;
}
