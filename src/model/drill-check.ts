/** What came of checking the record of a drill's run. */

/** A value that the record's end tells, and that its entries tell otherwise. */
export interface Difference {
  /** As `claims[0].measured`. */
  readonly where: string;
  /** As JSON; undefined: it is not there. */
  readonly recorded: string | undefined;
  readonly computed: string | undefined;
}

/** `not-noted`: the journal tells nothing of it; `not-asked`: there was no journal to ask. */
export type NotedHead =
  | { readonly kind: 'same' | 'not-noted' | 'not-asked' }
  /** The entry `seq` had another hash when the run ended. */
  | { readonly kind: 'other'; readonly seq: number; readonly noted: string; readonly found: string | undefined };

export interface RecordCheck {
  /** Entries whose bytes are as they were written. */
  readonly entries: number;
  /** Values of the end that were computed again; 0: the record has no end. */
  readonly values: number;
  readonly differences: readonly Difference[];
  readonly head: NotedHead;
}
