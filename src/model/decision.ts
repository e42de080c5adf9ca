/** What to do now and why: stay, advise, or act; always with reasons and the values seen. */
import type { Diagnosis } from './diagnosis.ts';
import type { Market } from './error-verdict.ts';
import type { OperationKind, OperationRequest, Trigger } from './operation.ts';
import type { HuntCandidate, Kept, Scale } from './plan.ts';
import type { Reason, ReasonCode } from './reason.ts';
import type { Weights } from './route.ts';
import type { OrderKind } from './wish.ts';

/** One intended change, before it is planned. */
export interface Action {
  readonly kind: OperationKind;
  readonly trigger: Trigger;
  /** The site traffic leaves, for a move. */
  readonly from: string | undefined;
  /** The weights to end with; for `start` the present ones. */
  readonly weights: Weights;
  /**
   * For `start` and `scale`: the sites that lack replicas, and which slots; `market`: in that one alone, absent: whichever.
   * Empty for a move.
   */
  readonly start: readonly { readonly site: string; readonly slots: readonly number[]; readonly market?: Market }[];
  /** For `start`: wherever these can be had, in this order; absent: as `start` says. */
  readonly hunt?: {
    readonly candidates: readonly HuntCandidate[];
    readonly replicas: number;
    /** Keeps trying for so long, in milliseconds; absent: each is asked once. */
    readonly waitMs?: number;
    /** All of them at so many sites that share no failure domain; absent: once, wherever. */
    readonly hedge?: number;
  };
  /** One step is right when the source serves nothing. */
  readonly inOneStep: boolean;
  readonly because: readonly Reason[];
  /** The request of a person this carries out. */
  readonly requestId: string | undefined;
  /** Sites to empty and then stop, for `drain`, `stop` and `migrate`; absent: none. */
  readonly empty?: readonly { readonly site: string; readonly stop: 'stop' | 'delete' | undefined }[];
  /** For `scale`: what its site is to have, and how what is beyond it goes; absent for anything else. */
  readonly scale?: Scale & { readonly how: 'stop' | 'delete' };
  /** The weights stand in place of the configuration's once they are reached; absent: they do not. */
  readonly kept?: Kept;
  /** Shares of the move in percent instead of the policy's. */
  readonly stepsPct?: readonly number[];
  /** The traffic returns this long after the end, in milliseconds; absent: it stays. */
  readonly forMs?: number;
  /** Rules that the person who asked answers for; absent: none. */
  readonly overrides?: readonly ReasonCode[];
  /** Absent: no. A drill gives the traffic back itself, and whatever a person asks for comes before that. */
  readonly yields?: true;
}

/** Something to do about what is there already: an operation under way, or traffic that was moved for a time. */
export interface Steering {
  readonly order: OrderKind;
  /** The operation it is about. */
  readonly operationId: string;
  /** For `extend`: the new end, epoch milliseconds. */
  readonly untilMs: number | undefined;
  /** Undefined when nobody asked here: traffic that cannot return at its time yet, or a word said to the gateway. */
  readonly request: OperationRequest | undefined;
  /** Who said it elsewhere, and why. */
  readonly said?: Pick<OperationRequest, 'by' | 'reason'>;
  readonly because: readonly Reason[];
}

export type Decision =
  | { readonly kind: 'stay'; readonly diagnosis: Diagnosis; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'advise';
      readonly diagnosis: Diagnosis;
      readonly action: Action;
      readonly reasons: readonly Reason[];
    }
  | { readonly kind: 'act'; readonly diagnosis: Diagnosis; readonly action: Action }
  | { readonly kind: 'steer'; readonly diagnosis: Diagnosis; readonly steering: Steering };

/** Why, whatever the decision is: what stood in the way of one that stays, what led to one that does something. */
export function reasonsOf(decision: Decision): readonly Reason[] {
  switch (decision.kind) {
    case 'stay':
    case 'advise':
      return decision.reasons;
    case 'act':
      return decision.action.because;
    case 'steer':
      return decision.steering.because;
  }
}
