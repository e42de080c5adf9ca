/** One health check. */
import type { Observation } from '../model/observation.ts';
import type { Seen } from '../model/outcome.ts';
import type { ProbeSpec } from '../model/probe-spec.ts';
import type { Replica } from '../model/replica.ts';
import type { ReadCall } from './call.ts';

export interface Probe {
  /** Never throws and never rejects: what it could not see is an observation with outcome `unknown`. */
  check(spec: ProbeSpec, replica: Replica, call: ReadCall): Promise<Observation>;
  /** The sum of these of the replica's own metrics: requests that it runs, also those that came past the gateway. */
  inFlight?(metrics: readonly string[], replica: Replica, call: ReadCall): Promise<Seen<number>>;
}
