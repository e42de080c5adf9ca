/** What to do now and why: stay, advise, or act; always with reasons and the values seen. */
import type { Diagnosis } from './diagnosis.ts';
import type { OperationKind, Trigger } from './operation.ts';
import type { Reason } from './reason.ts';
import type { Weights } from './route.ts';

/** One intended change, before it is planned. */
export interface Action {
  readonly kind: OperationKind;
  readonly trigger: Trigger;
  /** The site traffic leaves, for a move. */
  readonly from: string | undefined;
  /** The weights to end with; for `start` the present ones. */
  readonly weights: Weights;
  /** For `start`: the sites that lack replicas, and which slots. Empty for a move. */
  readonly start: readonly { readonly site: string; readonly slots: readonly number[] }[];
  /** One step is right when the source serves nothing. */
  readonly inOneStep: boolean;
  readonly because: readonly Reason[];
  /** The request of a person this carries out. */
  readonly requestId: string | undefined;
}

export type Decision =
  | { readonly kind: 'stay'; readonly diagnosis: Diagnosis; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'advise';
      readonly diagnosis: Diagnosis;
      readonly action: Action;
      readonly reasons: readonly Reason[];
    }
  | { readonly kind: 'act'; readonly diagnosis: Diagnosis; readonly action: Action };
