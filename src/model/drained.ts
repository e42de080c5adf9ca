/** What became of each request that ran at a site when its drain began. Also the wire shape of the admin API. */

/**
 * `finished`: came to its end · `moved`: had no first byte and went to another site · `cut`: ended by us at the deadline ·
 * `client-left`: its client went away or stopped reading · `failed`: the model server broke it off, stalled or gave an
 * error · `running`: goes on there.
 */
export const drainedEnds = ['cut', 'running', 'client-left', 'failed', 'moved', 'finished'] as const;
export type DrainedEnd = (typeof drainedEnds)[number];

/** One try of one request, as the gateway counts them; nothing of what was asked or answered. */
export interface DrainedStream {
  readonly id: string;
  readonly replica: string;
  /** How long it had run when the drain began, milliseconds; 0 for one that came after. */
  readonly ageMs: number;
  /** Of the answer's body: at its end, or so far. */
  readonly bytes: number;
  readonly end: DrainedEnd;
}

export interface DrainAccount {
  readonly site: string;
  /** Since when it was written down, epoch milliseconds of the gateway: what ended before is not in it. */
  readonly beganAtMs: number;
  /** How many ended in each way. */
  readonly counts: Readonly<Record<DrainedEnd, number>>;
  /** Those that did not finish first, then the oldest first; at most 50. */
  readonly streams: readonly DrainedStream[];
  /** There are this many more. */
  readonly more: number;
}

/** Goes into the journal with the step that ends it. */
export type DrainList =
  | ({
      readonly kind: 'listed';
      /** Its begin, where that came later than the drain's: what ended in between is missing. Absent: it is whole. */
      readonly sinceMs?: number;
      /** Why nobody knows how those ended that it has as `running`: the list was lost after this was written down. */
      readonly lost?: string;
    } & DrainAccount)
  /** Only counts are known. */
  | { readonly kind: 'unlisted'; readonly site: string; readonly why: string };
