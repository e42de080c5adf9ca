/** What a drill does to a deployment's traffic, and how it ends. Also the wire shape of the gateway's admin API. */
import type { Actor } from './operation.ts';

/** To requests on their way, by the gateway. */
export const trafficFaultKinds = ['blackhole', 'errors', 'latency', 'slow-first-token', 'stalled-streams'] as const;
/** To what the controller asks of a site's provider. */
export const providerFaultKinds = [
  'capacity-denied',
  'provider-down',
  'provider-throttled',
  'credentials-expired',
] as const;
/**
 * Faults that are armed where the traffic is: who keeps them ends them when nobody arms them again. `blackhole`: what is sent to the
 * site never arrives, and nothing comes back. `errors`: answered with an error. `latency`: every answer is late.
 * `slow-first-token`: of completions the first token is late, other answers are not. `stalled-streams`: streams begin, and then
 * nothing more comes. `vantage-blind`: the controller's probes of the site see nothing, neither good nor bad.
 */
export const armedFaultKinds = [...trafficFaultKinds, ...providerFaultKinds, 'vantage-blind'] as const;
export type ArmedFaultKind = (typeof armedFaultKinds)[number];

/** To the site's replicas themselves: `kill` ends them, `hang` stops them where they stand. Only where the provider can. */
export const replicaFaultKinds = ['kill', 'hang'] as const;
export type ReplicaFaultKind = (typeof replicaFaultKinds)[number];

/** `exec`: a program of the user's own, and another that undoes it. */
export const faultKinds = [...armedFaultKinds, ...replicaFaultKinds, 'exec'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The longest time a fault stands without being armed again, in milliseconds: who dies takes it along. */
export const longestFaultMs = 60_000;

/** As many stand at a deployment at once, what a drill has at most and a mark at each of its sites; as many that ended are told of. */
export const mostFaults = 40;

export interface FaultRequest {
  readonly deployment: string;
  /** The drill, as the configuration names it, and the run of it that answers for the fault. */
  readonly drill: string;
  readonly run: string;
  readonly kind: ArmedFaultKind;
  readonly site: string;
  /** Percent of the requests to the site that it hits, 0–100; at 0 it only shows that it can be armed and undone. */
  readonly sharePct: number;
  /** Of `latency` and `slow-first-token`: what is added, in milliseconds. */
  readonly delayMs?: number;
  /** It ends by itself after this, in milliseconds, 1–60,000; armed again by the same run it counts anew. */
  readonly forMs: number;
  readonly by: Actor;
}

export interface Fault extends FaultRequest {
  /** Wall clock, epoch milliseconds. */
  readonly armedAtMs: number;
  /** For people; whoever keeps it counts on the monotonic clock. */
  readonly untilMs: number;
}

/** Who undid it and why; by itself when nobody armed it again in time. */
export interface EndedFault extends Fault {
  readonly endedAtMs: number;
  readonly because: string;
}

/** A deployment's faults as the driver has them. */
export interface FaultSight {
  readonly inForce: readonly Fault[];
  /** Newest last, at most `mostFaults`. */
  readonly ended: readonly EndedFault[];
}
