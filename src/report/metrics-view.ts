/** What monitoring is told, as a value: what `status` shows of each deployment, and what was counted. */
import type { Verdict } from '../model/drill-run.ts';
import type { OperationCount, Tally } from '../model/tally.ts';
import type { StatusView } from './status-view.ts';

export interface DeploymentMetrics {
  readonly status: StatusView;
  /** By whoever leads it, or led it last; undefined: nobody did, or the store cannot be seen. */
  readonly tally: Tally | undefined;
  /** Operations that ended; undefined while the store cannot be seen. */
  readonly operations: readonly OperationCount[] | undefined;
  /** Whether the process that tells this leads it; undefined for one that never leads. */
  readonly leads: boolean | undefined;
}

/** One drill of the configuration; what is not known of it is undefined. */
export interface DrillMetrics {
  readonly drill: string;
  readonly deployment: string;
  /** Of the newest run that has ended. */
  readonly verdict: Verdict | undefined;
  /** When the newest run that passed began, epoch milliseconds. */
  readonly passedAtMs: number | undefined;
  readonly recoveryMs: number | undefined;
  readonly objectiveMs: number | undefined;
}

export interface MetricsView {
  readonly version: string;
  readonly environment: string;
  /** Of the configuration in force. */
  readonly configDigest: string;
  /** Whether the file, as it is now, could be started with. */
  readonly isConfigValid: boolean;
  readonly deployments: readonly DeploymentMetrics[];
  /** Undefined: their records cannot be read. */
  readonly drills?: readonly DrillMetrics[] | undefined;
}
