/** What monitoring is told, as a value: what `status` shows of each deployment, and what was counted. */
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

export interface MetricsView {
  readonly version: string;
  readonly environment: string;
  /** Of the configuration in force. */
  readonly configDigest: string;
  /** Whether the file, as it is now, could be started with. */
  readonly isConfigValid: boolean;
  readonly deployments: readonly DeploymentMetrics[];
}
