/** One model served to clients, and the rules for keeping it served. */
import type { ContainerSpec } from './container.ts';
import type { DrainPolicy, FailoverPolicy } from './policy.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { RouteMatch, Weights } from './route.ts';

export type Standby = 'hot' | 'warm' | 'cold';

/** How a replica is started at one site: by a command, as a container, or (neither) as the machine's template says. */
export interface LaunchSpec {
  /** Program and arguments; `${port}`, `${model}`, `${site}` and `${replica}` are filled in by the provider. Empty: none. */
  readonly command: readonly string[];
  /** Never beside a command. */
  readonly container?: ContainerSpec;
  /** Of the command or the container; filled in like a command. */
  readonly env: Readonly<Record<string, string>>;
  /** How long a replica may take from start to answering, in milliseconds. */
  readonly startupTimeoutMs: number;
  /** How long the model server gets after SIGTERM before it is killed, in milliseconds. */
  readonly stopGraceMs: number;
}

/** A deployment at a site. `replicas` is the number wanted while the site is in use (a cold standby holds none until then). */
export interface Placement {
  readonly site: string;
  readonly replicas: number;
  readonly standby: Standby;
  /** The slots that its replicas stand in, ascending and as many as they are; absent: from 0 on (`core/slots.ts`). */
  readonly slots?: readonly number[];
  readonly launch: LaunchSpec;
  /** Requests per second one replica can serve here; absent: not stated. */
  readonly ratedRps?: number;
  /** What one replica costs here while it runs; absent: not stated. */
  readonly usdPerHour?: number;
  /** What one replica takes of the site's capacity; absent: the placement counts alone. */
  readonly use?: { readonly accelerator: string; readonly count: number };
  /** What the configuration says, where somebody has set another number (`core/in-force.ts`); absent: it is in force. */
  readonly configured?: { readonly replicas: number; readonly standby: Standby };
}

export interface Deployment {
  readonly name: string;
  /** The model name clients ask for and `/v1/models` must list. */
  readonly model: string;
  /** In order of preference. */
  readonly placements: readonly Placement[];
  /** Allowed jurisdictions; empty means anywhere. */
  readonly residency: readonly string[];
  readonly probes: readonly ProbeSpec[];
  /** First-token limit in milliseconds: what "served" means for this deployment. */
  readonly firstTokenLimitMs: number;
  readonly failover: FailoverPolicy;
  readonly drain: DrainPolicy;
  readonly match: RouteMatch;
  /** Where traffic goes when nothing is wrong; integers that sum to 100. */
  readonly weights: Weights;
  /** What the configuration says, where others were set in place of them; absent: they are in force. */
  readonly configuredWeights?: Weights;
  /** Who answers for it. */
  readonly owner?: string;
  /** URL of what to do when it fails. */
  readonly runbook?: string;
}
