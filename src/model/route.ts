/** What the gateway knows of one deployment: weights, replicas, spill order. Also the wire shape of the admin API. */

/** Integer percent of a deployment's new requests by site; the values sum to 100. */
export type Weights = Readonly<Record<string, number>>;

/** How a request finds its deployment. The most specific match wins: host, then longest path prefix, then model name. */
export interface RouteMatch {
  readonly host?: string;
  readonly pathPrefix?: string;
  /** The `model` field of the JSON body. */
  readonly model?: string;
}

/**
 * `suspect`: the controller's probes call it bad. The gateway waits less long for it, and what waits there goes elsewhere
 * once its site has no weight; it still judges by itself whether to send anything new. `draining`: nothing new.
 */
export type RouteReplicaState = 'serving' | 'suspect' | 'draining';

export interface RouteReplica {
  readonly id: string;
  readonly bootId: string;
  /** `http://host:port`, no path. */
  readonly url: string;
  readonly state: RouteReplicaState;
}

export interface RouteSite {
  readonly site: string;
  readonly replicas: readonly RouteReplica[];
}

/** A site that was proven ready and may take single requests the weighted sites cannot serve, in this order. */
export interface SpillSite {
  readonly site: string;
  /** How long the proof still holds, in milliseconds from the moment the entry was written; durations, so that wall clocks do not matter. */
  readonly provenForMs: number;
}

export interface RouteEntry {
  readonly deployment: string;
  /** The writer's fencing number: never older than the highest seen. */
  readonly epoch: number;
  /** Ever-growing version of this entry: never older than the highest seen. */
  readonly routeVersion: number;
  readonly match: RouteMatch;
  readonly weights: Weights;
  /** In force before the operation that writes this; absent: the writer says nothing of it. Only people ask for it. */
  readonly before?: Weights;
  readonly sites: readonly RouteSite[];
  readonly spill: readonly SpillSite[];
  readonly firstTokenLimitMs: number;
  /** The hash at the journal's head when this was written, so that a restored old state file is noticed. */
  readonly journalHead: string;
}
