/** What happened around an operation, in order: what the machine did and what people wrote down. */
import type { Decision } from './decision.ts';
import type { JournalBody } from './journal-entry.ts';
import type { Notice } from './notice.ts';
import type { Actor, Operation, Order } from './operation.ts';
import type { Standing } from './standing.ts';

export type TimelineItem = {
  /** Epoch milliseconds, by the clock of whoever wrote it. */
  readonly atMs: number;
  /** Its place in the journal. */
  readonly seq: number;
  readonly by: Actor;
} & (
  | { readonly kind: 'decision'; readonly decision: Decision }
  /** `state`: it went into another state. `taken-up`: somebody else goes on with it. */
  | { readonly kind: 'opened' | 'taken-up' | 'state' | 'ended'; readonly operation: Operation }
  /** A person's word to it, as it was recorded with it; undefined: it goes on as planned again. */
  | { readonly kind: 'order'; readonly operation: Operation; readonly order: Order | undefined }
  | { readonly kind: 'step'; readonly step: Extract<JournalBody, { kind: 'step' }> }
  /** Set or changed; without `standing`: taken back or overtaken. */
  | { readonly kind: 'standing'; readonly key: string; readonly standing: Standing | undefined; readonly why: string }
  | { readonly kind: 'notice'; readonly site: string; readonly notice: Notice }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'lease'; readonly event: 'taken' | 'released' }
);

export interface Timeline {
  readonly operation: Operation;
  /** In the order in which they were recorded. */
  readonly items: readonly TimelineItem[];
  /** There was more than is read for one: the oldest is left out. */
  readonly isCut: boolean;
}
