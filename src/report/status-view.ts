/** What `status` shows of one deployment, as a value: every figure with the place it was seen and its age. */

import type { Standby } from '../model/deployment.ts';
import type { Examination } from '../model/doctor.ts';
import type { Actor, Operation } from '../model/operation.ts';
import type { FailoverMode } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { SiteNotices } from '../model/view.ts';

/** What users get, apart from what any operation is doing. */
export const serviceStates = ['serving', 'degraded', 'down', 'unknown'] as const;
export type ServiceState = (typeof serviceStates)[number];

/** How a site is, as the controller saw it last. */
export const siteStates = ['healthy', 'starting', 'degraded', 'failing', 'empty', 'unknown'] as const;
export type SiteState = (typeof siteStates)[number];

/** A source of figures: when they were made (epoch milliseconds), or why they cannot be seen. */
export type Source =
  | { readonly kind: 'seen'; readonly asOfMs: number; readonly isStale: boolean }
  | { readonly kind: 'unseen'; readonly why: string };

export interface SiteRow {
  readonly name: string;
  /** Weight in force, 0–100; undefined while the gateway is not seen. */
  readonly wantPct: number | undefined;
  /** Share of the attempts in the window, 0–1; undefined without any. */
  readonly realRatio: number | undefined;
  readonly state: SiteState;
  readonly sinceMs: number | undefined;
  /** The newest evidence behind the state, epoch milliseconds; undefined without any. */
  readonly evidenceAtMs: number | undefined;
  /** Ready now, of those wanted while the site is in use. */
  readonly ready: number | undefined;
  readonly replicas: number;
  readonly standby: Standby;
  /** First-byte time of users' requests, 95th percentile, milliseconds. */
  readonly firstTokenP95Ms: number | undefined;
  readonly inFlight: number | undefined;
  /** What its replicas fail together with inside it, as their provider told it: one of these in common, one loss. */
  readonly replicaDomains: readonly string[];
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  /** What the provider will do to replicas there; absent: it announces nothing, or nobody has looked. */
  readonly notices?: SiteNotices;
  /** What the controller found when it looked there last as `godwit doctor` does; absent: it did not yet. */
  readonly examined?: Examination;
}

/** Users' requests over the gateway's window, and its totals since it started. */
export interface TrafficFigures {
  readonly attemptsPerSecond: number;
  /** Failed attempts, 0–1; undefined without any attempt. */
  readonly errorRatio: number | undefined;
  /** The slowest site's, milliseconds. */
  readonly firstTokenP95Ms: number | undefined;
  readonly held: number;
  readonly totals: {
    readonly requests: number;
    readonly ok: number;
    readonly failed: number;
    readonly cut: number;
    readonly retried: number;
  };
}

export type ControllerView =
  | { readonly kind: 'live'; readonly holder: Actor; readonly renewedAtMs: number }
  | { readonly kind: 'gone'; readonly holder: Actor | undefined; readonly renewedAtMs: number | undefined }
  | { readonly kind: 'unseen' };

/** Something that stands for a time, or until it is taken back. */
export interface Temporary {
  readonly kind: string;
  /** A few words: `automation is paused`. */
  readonly what: string;
  readonly by: string;
  readonly reason: string | undefined;
  /** Epoch milliseconds; undefined: until it is taken back. */
  readonly untilMs: number | undefined;
  /** The command that ends it. */
  readonly end: string;
}

export interface StatusView {
  readonly environment: string;
  readonly deployment: string;
  readonly atMs: number;
  readonly mode: FailoverMode;
  readonly service: { readonly state: ServiceState; readonly why: string };
  readonly traffic: TrafficFigures | undefined;
  readonly sites: readonly SiteRow[];
  /** In progress now. */
  readonly open: Operation | undefined;
  /** The newest one that ended. */
  readonly last: Operation | undefined;
  readonly failoverReady: {
    readonly value: 'yes' | 'no' | 'unknown';
    readonly to: string | undefined;
    /** The site could take the traffic at once. */
    readonly isTargetReady: boolean;
    readonly reasons: readonly Reason[];
  };
  readonly controller: ControllerView;
  /** What the controller saw, what the gateway counts, what the store holds. */
  readonly sources: { readonly controller: Source; readonly gateway: Source; readonly store: Source };
  /** Who answers for it, and what to read at night; undefined when the configuration does not say. */
  readonly owner: string | undefined;
  readonly runbook: string | undefined;
  /** Undefined when the store cannot be seen. */
  readonly temporary: readonly Temporary[] | undefined;
  /** Commands to type, most useful first. */
  readonly next: readonly string[];
}
