/** What an operator wants of rebalancing. Ratios are 0–1, money is dollars an hour unless it says otherwise. */
import type { WeekWindow } from './week-window.ts';

/** As `rebalance` has it. */
export interface RebalancePolicy {
  readonly objective: {
    /** What one millisecond of mean first-token time is worth. */
    readonly latencyUsdPerMsHour: number;
    /** Of one replica that is started, dollars. */
    readonly moveUsd: number;
    /** What is spent once is spread over so long. */
    readonly paybackMs: number;
  };
  readonly constraints: {
    /** Most of a deployment's traffic, by vendor. */
    readonly vendorMaxRatio: Readonly<Record<string, number>>;
    readonly headroomRatio: number;
    readonly minimumSites: number;
    /** Whichever of them is lost, the others serve the whole demand; absent: nothing is promised. */
    readonly survive?: 'site' | 'failureDomain';
    readonly budgetUsdPerHour?: number;
    /** Of a deployment's rated capacity; absent: all of it. */
    readonly spotMaxRatio?: number;
    /** Deployments that may run in the spot market; absent: each. */
    readonly spotOnlyFor?: readonly string[];
  };
  /** In one run; absent: as much as it takes. */
  readonly maxChange: {
    readonly trafficRatio?: number;
    readonly replicas?: number;
    readonly usdPerHour?: number;
  };
  /** Requests per second that are to be served at least, by deployment, whatever the gateway counts now. */
  readonly demandRps: Readonly<Record<string, number>>;
  /** Bytes of one response, by deployment, until the gateway has counted enough of them; absent: not stated. */
  readonly responseBytes?: Readonly<Record<string, number>>;
  /** Prices of providers that are older are not used, milliseconds; absent: none is too old. */
  readonly priceMaxAgeMs?: number;
  /** Less than this is not worth a move. */
  readonly minimumGainUsdPerHour: number;
  /** When a run by a scheduler may change anything; absent: always. */
  readonly windows?: { readonly allow: readonly WeekWindow[]; readonly timezone: string };
  /** Runs by a scheduler. Times in milliseconds. */
  readonly run: {
    /** At most one run in each such time counts, from 1970 on. */
    readonly everyMs: number;
    /** Nothing is begun that may not end within this; absent: as long as it takes. */
    readonly deadlineMs?: number;
    /** Each host waits up to this before it begins. */
    readonly jitterMs: number;
    /** Only while users ask little; absent: whatever they ask. */
    readonly onlyIf?: 'idle';
    /** Little: less than this share of what is ready, 0–1. */
    readonly idleBelowRatio: number;
    /** Whoever rebalances for longer than this is in the way, and that is said. */
    readonly lockStaleAfterMs: number;
    /** Folder of a node exporter's textfile collector; absent: none. */
    readonly textfileDir?: string;
    /** Each run adds what happens to it, a line of JSON at a time; absent: none. */
    readonly logFile?: string;
    /** Of a check of Healthchecks; absent: none. */
    readonly pingUrl?: string;
  };
}

/** What one line of a site's `capacity` says. */
export interface SiteCapacity {
  /** As the deployments name it, such as `H100`. */
  readonly accelerator: string;
  readonly market: 'reserved' | 'on-demand' | 'spot';
  /** Accelerators. */
  readonly count: number;
  /** Of one accelerator; `reserved`: paid whether it is used or not. Absent: its provider says it, or nobody. */
  readonly usdPerHour?: number;
  /** Who is asked for the price; `usdPerHour` stands in for one that is not known. Absent: nobody, it is written. */
  readonly priceSource?: 'provider';
  /** Machine types that have this accelerator, as the provider names them; absent: all of the site's. */
  readonly machines?: readonly string[];
}
