/** The append-only, hash-chained record of decisions, operations and steps. */
import type { Attempt } from './block.ts';
import type { Decision } from './decision.ts';
import type { DrainList } from './drained.ts';
import type { Notice } from './notice.ts';
import type { Actor, Operation } from './operation.ts';
import type { Pin } from './pin.ts';
import type { ProviderError } from './provider-error.ts';
import type { RouteEntry } from './route.ts';
import type { Standing } from './standing.ts';

export type StepState = 'intended' | 'reached' | 'refused' | 'unknown' | 'failed';

export type JournalBody =
  | { readonly kind: 'lease'; readonly event: 'taken' | 'released' }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'operation'; readonly operation: Operation }
  /** Something was set, changed, or (`standing` absent) taken back or overtaken. */
  | { readonly kind: 'standing'; readonly key: string; readonly standing?: Standing; readonly why: string }
  /** What a person said to the gateway while the store was down, taken over from there. */
  | { readonly kind: 'pin'; readonly pin: Pin }
  /** What a provider announced for a replica at the site: once for each holder of the lease. */
  | { readonly kind: 'notice'; readonly site: string; readonly notice: Notice }
  /** What a person wrote down: no effect comes of it. */
  | { readonly kind: 'note'; readonly text: string; readonly operationId?: string }
  | {
      readonly kind: 'step';
      readonly operationId: string;
      readonly index: number;
      readonly step: string;
      /** For a step with several effects (launch): which one. */
      readonly part: string | undefined;
      readonly state: StepState;
      readonly error: ProviderError | undefined;
      /** One line with what was read back. */
      readonly detail: string | undefined;
      /** Of a step that empties a site, at its end. */
      readonly drained?: DrainList;
      /** Of a start: what was refused, and what was not asked for because of an earlier refusal. */
      readonly attempts?: readonly Attempt[];
      /** Of a hunt, at its end: the slots that it filled, by site. Of a race: those of them that stay. */
      readonly placed?: Readonly<Record<string, readonly number[]>>;
    }
  /** A route entry outside an operation: replicas or proofs changed, weights did not. */
  | {
      readonly kind: 'route';
      readonly state: 'intended' | 'reached' | 'refused' | 'unknown';
      readonly entry: RouteEntry;
    };

/** What a writer hands to the store; the store adds the chain. */
export interface JournalDraft {
  readonly deployment: string;
  readonly epoch: number;
  readonly by: Actor;
  /** Wall clock, epoch milliseconds. */
  readonly atMs: number;
  /** Monotonic clock, milliseconds. */
  readonly monoMs: number;
  readonly body: JournalBody;
}

export interface JournalEntry extends JournalDraft {
  /** From 1, without gaps. */
  readonly seq: number;
  /** SHA-256 in hex over the previous hash and this entry's canonical JSON. */
  readonly hash: string;
}

export interface JournalHead {
  readonly seq: number;
  readonly hash: string;
}
