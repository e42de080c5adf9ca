/** Everything `decide` may know of one deployment at one moment. */
import type { Block } from './block.ts';
import type { Condition, Proof } from './condition.ts';
import type { Deployment, Placement } from './deployment.ts';
import type { Market } from './error-verdict.ts';
import type { Fault } from './fault.ts';
import type { Notice } from './notice.ts';
import type { Operation, OperationRequest } from './operation.ts';
import type { Seen } from './outcome.ts';
import type { Replica } from './replica.ts';
import type { RouteEntry, Weights } from './route.ts';
import type { Site } from './site.ts';
import type { Standing } from './standing.ts';
import type { DeploymentTraffic } from './traffic-stats.ts';

export interface ReplicaView {
  readonly replica: Replica;
  /** One per probe and vantage. */
  readonly conditions: readonly Condition[];
  /** The newest proof of this boot, however old; the reader checks its age. */
  readonly proof: Proof | undefined;
}

/** What a site's provider says it will do to replicas of the deployment. */
export interface SiteNotices {
  /** As it was read last, also while it cannot be read now. */
  readonly told: readonly Notice[];
  /** When that was, epoch milliseconds; absent: it was never read. */
  readonly asOfMs?: number;
  /** Why it could not be read the last time; absent: it could. */
  readonly unseen?: string;
}

export interface SiteView {
  readonly site: Site;
  readonly placement: Placement;
  /** The provider's: longest time until its list shows what was started, in milliseconds. */
  readonly listLagMs: number;
  /** The provider's: how long a stop takes beyond the server's grace, in milliseconds. Absent: it does not say. */
  readonly stopSlackMs?: number;
  /** The provider's: the markets that its settings name, each of which can be asked for alone. Absent: it knows of none. */
  readonly markets?: readonly Market[];
  /** The provider's: whose account it is, as a reference. Absent: this site's alone. */
  readonly account?: string;
  /** Whether the provider's list could be read, and when; `replicas` is what it said last. */
  readonly control:
    | {
        readonly kind: 'seen';
        readonly asOfMs: number;
        /** When this process saw a list of the site first. */
        readonly sinceMs: number;
        /** When it saw the newest of those that are older by the lag, or 2 s if that is longer; absent: there is none. */
        readonly earlierMs?: number;
      }
    | { readonly kind: 'unknown'; readonly message: string };
  readonly replicas: readonly ReplicaView[];
  /** Absent: the provider announces nothing, or the view is an earlier version's. */
  readonly notices?: SiteNotices;
}

/** One view. Same view, policy and time give the same decision. */
export interface View {
  readonly deployment: Deployment;
  /** When it was put together, epoch milliseconds. */
  readonly atMs: number;
  readonly sites: readonly SiteView[];
  readonly route: Seen<RouteEntry | undefined>;
  /** The weights traffic is meant to have, as last known: also while the gateway is not seen, or has lost its table. */
  readonly inForce: Weights;
  readonly traffic: Seen<DeploymentTraffic>;
  /** The operation in progress, when there is one. */
  readonly open: Operation | undefined;
  /** Ended operations, newest first: the last hundred, and the last hundred that move weights. */
  readonly recent: readonly Operation[];
  /** The oldest request of a person that waits to be carried out. */
  readonly request: OperationRequest | undefined;
  /** What was set for a time or until it is taken back. */
  readonly standing: readonly Standing[];
  /** What a drill does to its traffic. For what a person asks for: nothing else may know. Absent: nothing, or not seen. */
  readonly faults?: readonly Fault[];
  /** What a drill does was asked for and not seen: there may be any. */
  readonly mayBeDrilled?: true;
  /** What providers refuse that leaves nothing to ask for at one of the sites; absent: nothing does. */
  readonly blocks?: readonly Block[];
  /** Of operations that hunt, by id: which `site/slot` they asked for and may have. Absent: nobody knows, any candidate may be. */
  readonly asked?: Readonly<Record<string, readonly string[]>>;
  /** Operations under way for other deployments. */
  readonly others: readonly Operation[];
  /**
   * Failure domains of every configured site, by name, with those that replicas of deployments under change were told to
   * stand in; absent where no other deployment is.
   */
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  /** Digest of the configuration's text. */
  readonly configDigest: string;
  /** By site: epoch milliseconds since when it is healthy without a break; absent while it is not. */
  readonly healthySinceMs: Readonly<Record<string, number>>;
}
