/** A rehearsed failure as the configuration describes it. */
import type { Expression } from './expression.ts';
import type { FaultKind } from './fault.ts';

/**
 * `tabletop`: people talk it through over what automation would do now, and nothing is touched. `simulation`: it happens in the
 * simulator. `canary`: a small share of the traffic is hit. `live`: all of it may be. `provider-exit`: a vendor is left and returned to.
 */
export const drillKinds = ['tabletop', 'simulation', 'canary', 'live', 'provider-exit'] as const;
export type DrillKind = (typeof drillKinds)[number];

export interface Drill {
  readonly name: string;
  readonly title: string | undefined;
  readonly deployment: string;
  readonly kind: DrillKind;
  /** In the order of their times; none with `provider-exit`. */
  readonly faults: readonly PlannedFault[];
  /** Only with `provider-exit`. */
  readonly exit?: { readonly vendor: string; readonly stayMs: number };
  readonly hypothesis: readonly Expression[];
  readonly steadyState: SteadyState;
  readonly load: LoadPlan;
  /** Looked at every second; any of them undoes the faults and ends it. */
  readonly abortIf: readonly Expression[];
  readonly recovery: Recovery;
  readonly roles: Readonly<Partial<Record<DrillRole, string>>>;
  readonly schedule?: DrillSchedule;
  readonly report: ReportPlan;
}

/** Who takes part. */
export const drillRoles = ['owner', 'coordinator', 'observer', 'scribe'] as const;
export type DrillRole = (typeof drillRoles)[number];

export interface SteadyState {
  /** How long it is looked at before anything is broken, in milliseconds. */
  readonly observeMs: number;
  readonly require: readonly Expression[];
}

export interface Recovery {
  /** Whether the traffic is given back at the end. */
  readonly failback: boolean;
  /** How long all must be calm after that, in milliseconds, before it is over. */
  readonly settleMs: number;
}

export interface DrillSchedule {
  /** Five fields, as cron reads them. */
  readonly cron: string;
  /** An IANA name. */
  readonly timezone: string;
  /** Days it is left out, `YYYY-MM-DD` in that zone. */
  readonly skipDates: readonly string[];
}

/** What a report can be written as. */
export const reportFormats = ['html', 'md', 'json', 'junit', 'csv'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportPlan {
  /** Written beside the record when the run has ended. */
  readonly formats: readonly ReportFormat[];
  /** What is drawn again, closer, of a long run: so long before the first fault, and after it had recovered, milliseconds. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A number of tokens: as many words of a prompt, or as many of an answer. */
export interface TokenSpread {
  /** Half have no more than this. */
  readonly p50: number;
  /** One in twenty has more than this; the same as `p50`: all have it. */
  readonly p95: number;
}

/** Who asks meanwhile. `live-traffic`: users do, and nothing is added. */
export type LoadPlan =
  | { readonly source: 'live-traffic' }
  | {
      readonly source: 'generated';
      readonly requestsPerSecond: number;
      /** Of them streams, 0–1. */
      readonly streamShare: number;
      readonly promptTokens: TokenSpread;
      readonly outputTokens: TokenSpread;
    }
  /** The requests of a file, one JSON object a line; at its own times, or at a rate. `path`: an absolute one. */
  | { readonly source: 'replay'; readonly path: string; readonly requestsPerSecond?: number };

export interface PlannedFault {
  readonly kind: FaultKind;
  /** One of the deployment's. */
  readonly site: string;
  /** Percent of the requests to the site that it hits, 1–100; 100 where it is not about requests. */
  readonly sharePct: number;
  /** From the beginning of the faults, in milliseconds. */
  readonly atMs: number;
  readonly forMs: number;
  /** Of `latency` and `slow-first-token`: what is added, in milliseconds. */
  readonly delayMs?: number;
  /** Of `exec`. */
  readonly exec?: ExecPair;
}

/** Two programs: the absolute path of the file and its arguments; no shell. */
export interface ExecPair {
  readonly run: readonly string[];
  readonly undo: readonly string[];
}
