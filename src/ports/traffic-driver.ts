/** Whatever moves requests between sites; the embedded gateway is one. */
import type { Reply, Seen } from '../model/outcome.ts';
import type { RouteEntry } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ReadCall, WriteCall } from './call.ts';

export interface TrafficDriver {
  /** What this driver can change in one visible step. */
  readonly atomicUnit: 'vector' | 'one-weight';
  /** A new lease holder marks every sink before it reads or decides; refused (conflict) when a higher epoch was seen. */
  stamp(deployment: string, call: WriteCall): Promise<Reply<void>>;
  /** The entry in force; `undefined` when the driver was read and has none for the deployment. */
  read(deployment: string, call: ReadCall): Promise<Seen<RouteEntry | undefined>>;
  /** Replaces the entry in one step; refused (conflict) when epoch or route version is older than seen. */
  write(entry: RouteEntry, call: WriteCall): Promise<Reply<void>>;
  /** What users' own requests show. */
  traffic(deployment: string, call: ReadCall): Promise<Seen<DeploymentTraffic>>;
}
