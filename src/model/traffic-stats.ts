/** What users' own requests show, as the gateway counts them. The traffic plane of evidence. */

export interface ReplicaTraffic {
  readonly replica: string;
  readonly inFlight: number;
  /** Running requests that have sent their first byte to the client: they can be cut, not replayed. */
  readonly streaming: number;
  /** Gets nothing for a while; false again when its time is over and it waits for a request on trial. */
  readonly ejected: boolean;
}

/** One site's requests over the last `windowMs`: less than usual while the gateway has not counted for as long. */
export interface SiteTraffic {
  readonly site: string;
  readonly windowMs: number;
  /** Upstream attempts that ended in the window, good or bad. */
  readonly attempts: number;
  /** Attempts that failed: no connection, reset, 5xx, first byte too late, cut stream. */
  readonly failures: number;
  /** Attempts whose first byte came after the first-token limit, or that wait longer than it already. */
  readonly late: number;
  /** First-token time of streamed answers, in milliseconds; undefined without any. */
  readonly firstTokenP50Ms: number | undefined;
  readonly firstTokenP95Ms: number | undefined;
  /** The same two since the gateway started: for what happened after a moment that the window does not begin with. */
  readonly attemptsTotal: number;
  readonly failuresTotal: number;
  /** Since the gateway started: answers that had begun and came to their end without error, and those that were cut. */
  readonly finishedTotal: number;
  readonly cutTotal: number;
  /** Bytes of their bodies; absent: an earlier version's gateway does not count them. */
  readonly bytesTotal?: number;
  readonly inFlight: number;
  readonly replicas: readonly ReplicaTraffic[];
}

/** Totals for one deployment since the gateway started, and its sites' windows. Counting rules: DESIGN of the demo's sums. */
export interface DeploymentTraffic {
  readonly deployment: string;
  readonly epoch: number;
  readonly routeVersion: number;
  /** How long all that is told since the gateway started has been counted, in milliseconds; absent: an earlier version's does not say. */
  readonly countedForMs?: number;
  /** Client requests taken, answered without error, answered with one (by the gateway or passed on), and cut after the first byte. */
  readonly requests: number;
  readonly ok: number;
  readonly failed: number;
  readonly cut: number;
  /** Of those without error: clients that left while they waited for a first byte longer than is usual. */
  readonly gaveUp: number;
  /** How long ago the newest of those began that failed, were cut or gave up, in milliseconds; absent: there was none. */
  readonly lostAgoMs?: number;
  /** Requests tried more than once. */
  readonly retried: number;
  /** Requests waiting at the gateway because nothing is ready. */
  readonly held: number;
  readonly sites: readonly SiteTraffic[];
}
