/** A plan being carried out. */
import type { Plan } from './plan.ts';
import type { ProviderError } from './provider-error.ts';
import type { Reason } from './reason.ts';

/** Kinds that change weights. */
export const moveKinds = ['failover', 'switchover', 'failback'] as const;
/** Everything an operation may be. */
export const operationKinds = ['start', ...moveKinds] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Who set it off. A higher rank pre-empts a lower one: manual, automatic, drill, rebalance. */
export type Trigger = 'manual' | 'automatic';

/** States of an operation that is being carried out. */
export const openStates = ['planned', 'waking', 'shifting', 'verifying', 'returning'] as const;
/** `done`, `failed` (state known), `returned` (failed, earlier weights back), `unknown` (a reply was lost: `verify`). */
export const endStates = ['done', 'failed', 'returned', 'unknown'] as const;
export type OperationState = (typeof openStates)[number] | (typeof endStates)[number];

/** Who did it: a controller or a person, on which host. */
export interface Actor {
  readonly kind: 'controller' | 'person';
  readonly name: string;
  readonly host: string;
  readonly pid: number;
}

export interface Operation {
  /** `op-` and base-32 digits. */
  readonly id: string;
  readonly plan: Plan;
  readonly state: OperationState;
  readonly by: Actor;
  /** The lease epoch it runs under; a resume raises it. */
  readonly epoch: number;
  readonly openedAtMs: number;
  readonly endedAtMs: number | undefined;
  /** Index of the step in progress; equals the number of steps when all are reached. */
  readonly step: number;
  /** What ended it, when that was not success. */
  readonly error: ProviderError | undefined;
}

/** What a person asked for; the holder of the lease carries it out. */
export interface OperationRequest {
  readonly id: string;
  readonly deployment: string;
  readonly kind: 'failover' | 'switchover';
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly reason: string | undefined;
  readonly by: Actor;
  readonly atMs: number;
  /** The deployment's revision it was based on: a request over a newer one conflicts. */
  readonly revision: number;
  readonly answer: RequestAnswer | undefined;
}

/** What became of a request. */
export type RequestAnswer =
  | { readonly kind: 'accepted'; readonly operationId: string }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] };
