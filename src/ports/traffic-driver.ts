/** Whatever moves requests between sites; the embedded gateway is one. */
import type { DrainAccount } from '../model/drained.ts';
import type { Fault, FaultRequest, FaultSight } from '../model/fault.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Pin, PinRequest, PinSight, ReleaseRequest } from '../model/pin.ts';
import type { RouteEntry } from '../model/route.ts';
import type { RunningRequests, SiteCut } from '../model/running.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ReadCall, WriteCall } from './call.ts';

export interface TrafficDriver extends Partial<ManualDriver>, Partial<FaultDriver> {
  /** What this driver can change in one visible step. */
  readonly atomicUnit: 'vector' | 'one-weight';
  /** A new lease holder marks every sink before it reads or decides; refused (conflict) when a higher epoch was seen. */
  stamp(deployment: string, call: WriteCall): Promise<Reply<void>>;
  /** The entry in force; `undefined` when the driver was read and has none for the deployment. */
  read(deployment: string, call: ReadCall): Promise<Seen<RouteEntry | undefined>>;
  /**
   * Replaces the entry in one step; refused (conflict) when epoch or route version is older than seen (`Stale`), or a
   * person's pin keeps the weights (`Pinned`).
   */
  write(entry: RouteEntry, call: WriteCall): Promise<Reply<void>>;
  /** What users' own requests show. */
  traffic(deployment: string, call: ReadCall): Promise<Seen<DeploymentTraffic>>;
}

/** What people need of a driver by hand; a driver without it has no pins and cannot say what runs. */
export interface ManualDriver {
  /** Also for a deployment that has none. */
  pins(deployment: string, call: ReadCall): Promise<Seen<PinSight>>;
  /** Durable when done. Needs no lease: it works with the store down. */
  pin(request: PinRequest, call: ReadCall): Promise<Reply<Pin>>;
  /** The numbers it ended; none when nothing stood. */
  release(request: ReleaseRequest, call: ReadCall): Promise<Reply<{ readonly released: readonly number[] }>>;
  /** Marks a pin as being in the journal; doing so again changes nothing. */
  merged(deployment: string, number: number, call: ReadCall): Promise<Reply<void>>;
  /** What runs at a site now. */
  running(deployment: string, site: string, call: ReadCall): Promise<Seen<RunningRequests>>;
  /**
   * From here on what becomes of each request that runs at the site now is written down. Again for the same operation it
   * changes nothing; refused (conflict) when the epoch is older than seen (`Stale`).
   */
  drain(deployment: string, site: string, call: WriteCall): Promise<Reply<void>>;
  /** What was written down since the operation's `drain`; unknown where there is no such record. */
  drained(deployment: string, site: string, operationId: string, call: ReadCall): Promise<Seen<DrainAccount>>;
  /**
   * Ends what still runs at a site and keeps the gateway from sending it more until the next entry; refused (conflict)
   * when the epoch is older than seen (`Stale`) or the site has weight (`HasWeight`).
   */
  cut(deployment: string, site: string, call: WriteCall): Promise<Reply<SiteCut>>;
}

export interface LiftReason {
  readonly because: string;
  readonly run?: string;
}

/** What drills need of a driver; with one that lacks it, nothing can be rehearsed on the traffic. */
export interface FaultDriver {
  /** Also for a deployment that has none. */
  faults(deployment: string, call: ReadCall): Promise<Seen<FaultSight>>;
  /**
   * Anew for the same run and site; refused (conflict) while another run's fault is in force for the deployment (`Busy`), and
   * once the run was lifted (`Lifted`): what somebody ended stays ended.
   */
  arm(request: FaultRequest, call: ReadCall): Promise<Reply<Fault>>;
  /** Ends the run's faults, or without one all of the deployment; again changes nothing. Needs no lease: undoing always may. */
  lift(deployment: string, why: LiftReason, call: ReadCall): Promise<Reply<void>>;
}
