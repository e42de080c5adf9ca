/** One model server of a simulated site, as it really is. */
import type { Replica } from '../model/replica.ts';

/** How a server behaves towards requests and probes. `private`: users fare well, probes badly; `public`: the reverse. */
export type Health = 'good' | 'hangs' | 'errors' | 'slow' | 'wrong-model' | 'private' | 'public';

/** A model server as it really is. */
export interface Server {
  replica: Replica;
  health: Health;
  /** Monotonic milliseconds from which it answers; infinite when it never will. */
  readonly readyAtMs: number;
  /** Monotonic milliseconds from which the list shows it. */
  readonly listedAtMs: number;
}
