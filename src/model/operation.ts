/** A plan being carried out. */
import type { Plan } from './plan.ts';
import type { ProviderError } from './provider-error.ts';
import type { Reason } from './reason.ts';
import type { OrderKind, Wish } from './wish.ts';

/** Kinds that may change weights; `return` takes an earlier move back. */
export const moveKinds = ['failover', 'switchover', 'failback', 'shift', 'migrate', 'drain', 'return'] as const;
/** Everything an operation may be. */
export const operationKinds = ['start', 'stop', 'scale', ...moveKinds] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Who set it off. A higher rank pre-empts a lower one: manual, automatic, drill, rebalance. */
export const triggers = ['manual', 'automatic', 'rebalance'] as const;
export type Trigger = (typeof triggers)[number];

/** States of an operation that is being carried out; `held`: a person said to go no further for now. */
export const openStates = ['planned', 'waking', 'shifting', 'verifying', 'returning', 'held'] as const;
/** `done`, `failed` (state known), `returned` (failed, earlier weights back), `unknown` (a reply was lost: `verify`). */
export const endStates = ['done', 'failed', 'returned', 'unknown'] as const;
export type OperationState = (typeof openStates)[number] | (typeof endStates)[number];

/** What a person said of an operation under way; recorded with it, so that whoever takes it up obeys. */
export interface Order {
  readonly kind: Exclude<OrderKind, 'resume' | 'extend'>;
  readonly by: Actor;
  readonly atMs: number;
  readonly reason: string | undefined;
}

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
  /** Absent: it goes on as planned. */
  readonly order?: Order;
}

/** What a person asked for; the holder of the lease carries it out. */
export interface OperationRequest extends Wish {
  readonly id: string;
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
