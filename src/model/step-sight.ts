/** What was read back for one step: all its condition (`core/plan/reached.ts`) may look at. */
import type { Fault } from './fault.ts';
import type { Seen } from './outcome.ts';
import type { Replica } from './replica.ts';
import type { RouteEntry } from './route.ts';
import type { DeploymentTraffic } from './traffic-stats.ts';

export interface StepSight {
  /** When this process began the step, epoch milliseconds. */
  readonly beganAtMs: number;
  /** The gateway acknowledged the step's effect since then: our epoch, or the cut. */
  readonly isAcknowledged: boolean;
  readonly route: Seen<RouteEntry | undefined>;
  /** Entries that were written without an answer and may come into force yet; absent: none. */
  readonly late?: readonly RouteEntry[];
  /** Replicas at the step's site; empty and seen for a step without one. */
  readonly replicas: Seen<readonly Replica[]>;
  /** Ids of the replicas at the step's site that are good now and freshly proven. */
  readonly ready: readonly string[];
  /**
   * Of a hunt: the candidates' slots that live, by site, and whether every candidate was seen; of a hedged one also whether
   * nobody has any more of it. Absent: it is none.
   */
  readonly hunted?: {
    readonly placed: Readonly<Record<string, readonly number[]>>;
    readonly isWhole: boolean;
    readonly isSpent?: boolean;
  };
  /** Of a race and of a hedged hunt: sites where all that is to be proven is. Absent: it is neither. */
  readonly proven?: readonly string[];
  /** Of a release: since when the list lacks something that it is to stop, epoch milliseconds; absent: it lacks nothing. */
  readonly absentSinceMs?: number | undefined;
  readonly traffic: Seen<DeploymentTraffic>;
  /** What drills do to the deployment's traffic. */
  readonly faults: Seen<readonly Fault[]>;
  /** Since when the site counts no running request, epoch milliseconds; undefined while it counts some or is not seen. */
  readonly idleSinceMs: number | undefined;
  /** Since when fewer replicas live at the site than the step is to prove, epoch milliseconds. */
  readonly lackingSinceMs: number | undefined;
  /** Running requests at the step's site, as many as the gateway counts; undefined when it was not asked or not seen. */
  readonly inFlight: number | undefined;
  /** Since when every site with weight is healthy, epoch milliseconds; undefined while one is not. */
  readonly calmSinceMs: number | undefined;
}
