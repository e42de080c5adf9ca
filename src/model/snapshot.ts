/** What the controller last saw of a deployment, stored for `status`: dated, so that age can be shown. */
import type { Decision } from './decision.ts';
import type { Examination } from './doctor.ts';
import type { Tally } from './tally.ts';
import type { View } from './view.ts';

export interface Snapshot {
  readonly deployment: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly view: View;
  readonly decision: Decision;
  /** Absent: written by an earlier version. */
  readonly tally?: Tally;
  /** Of the deployment's sites; absent: none was looked at by a controller yet, or an earlier version wrote this. */
  readonly examined?: readonly Examination[];
}
