/** Whatever moves requests between sites; the embedded gateway is one. */
import type { Reply, Seen } from '../model/outcome.ts';
import type { RouteEntry } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ReadCall, WriteCall } from './call.ts';

/** What became of the requests that a cut met. */
export interface CutCount {
  readonly moved: number;
  readonly cut: number;
}

export interface TrafficDriver {
  /** What this driver can change in one visible step. */
  readonly atomicUnit: 'vector' | 'one-weight';
  /** A new lease holder marks every sink before it reads or decides; refused (conflict) when a higher epoch was seen. */
  stamp(deployment: string, call: WriteCall): Promise<Reply<void>>;
  /** The entry in force; `undefined` when the driver was read and has none for the deployment. */
  read(deployment: string, call: ReadCall): Promise<Seen<RouteEntry | undefined>>;
  /** Replaces the entry in one step; refused (conflict) when epoch or route version is older than seen. */
  write(entry: RouteEntry, call: WriteCall): Promise<Reply<void>>;
  /**
   * Ends what still runs at a site without weight: what has no first byte yet goes elsewhere, a stream gets an error that
   * says it may be tried again. Refused (conflict) for an older epoch and while the site has weight.
   */
  cut?(deployment: string, site: string, call: WriteCall): Promise<Reply<CutCount>>;
  /** What users' own requests show. */
  traffic(deployment: string, call: ReadCall): Promise<Seen<DeploymentTraffic>>;
}
