/** What a drill does to a deployment's traffic, and how it ends. Also the wire shape of the gateway's admin API. */
import type { Actor } from './operation.ts';

/** `blackhole`: what is sent to the site never arrives, and nothing comes back. */
export const faultKinds = ['blackhole'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The longest time a fault stands without being armed again, in milliseconds: who dies takes it along. */
export const longestFaultMs = 60_000;

export interface FaultRequest {
  readonly deployment: string;
  /** The drill, as the configuration names it, and the run of it that answers for the fault. */
  readonly drill: string;
  readonly run: string;
  readonly kind: FaultKind;
  readonly site: string;
  /** Percent of the requests to the site that it hits, 0–100; at 0 it only shows that it can be armed and undone. */
  readonly sharePct: number;
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
  /** Newest last, at most sixteen. */
  readonly ended: readonly EndedFault[];
}
