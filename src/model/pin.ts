/** A person's word that the gateway itself keeps while the store is down. Also the wire shape of the admin API. */
import type { Actor } from './operation.ts';
import type { Weights } from './route.ts';

/** A longer reason belongs where the incident is told: the gateway keeps none that is longer. */
export const mostReasonLetters = 500;

/** What freezes the weights while it stands. */
export type PinKind = 'pause' | 'hold' | 'return';

/** One entry of the gateway's own record, merged into the journal later. */
export interface Pin {
  readonly deployment: string;
  /** Ever-growing per deployment: the pins' own epoch. */
  readonly number: number;
  readonly kind: PinKind | 'release';
  readonly by: Actor;
  /** Wall clock, epoch milliseconds. */
  readonly atMs: number;
  /** For people; the gateway counts on its monotonic clock. Undefined: until it is released. */
  readonly untilMs: number | undefined;
  readonly reason: string | undefined;
  /** For `return`: what it put in force. */
  readonly weights: Weights | undefined;
  readonly isMerged: boolean;
  /** For `release`: the numbers of the pins it ended. */
  readonly releases?: readonly number[];
}

/** What a person asks the gateway to pin. */
export interface PinRequest {
  readonly deployment: string;
  readonly kind: PinKind;
  readonly by: Actor;
  readonly reason: string | undefined;
  /** Milliseconds; undefined: until it is released. */
  readonly forMs: number | undefined;
  /** Only for `return`, and then needed: see `PinSight.before`. */
  readonly weights: Weights | undefined;
}

/** Ends one pin, or without a number all that stand. */
export interface ReleaseRequest {
  readonly deployment: string;
  readonly by: Actor;
  readonly reason: string | undefined;
  readonly number: number | undefined;
}

/** A deployment's pins as the gateway has them. */
export interface PinSight {
  /** Oldest first; those long over and merged are left out. */
  readonly pins: readonly Pin[];
  /** Numbers of those that stand now, by the gateway's own clock. */
  readonly standing: readonly number[];
  /** In force; undefined when the gateway has no table for the deployment. */
  readonly weights: Weights | undefined;
  /** In force before the last operation that moved weights, or before the last change without one: what a `return` goes back to. */
  readonly before: Weights | undefined;
}

/** The code of a refused write: a person's pin keeps the weights as they are. */
export const pinnedCode = 'Pinned';
