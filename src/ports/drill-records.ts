/** Where the records of drills are kept: append-only and chained, one for each run. */
import type { DrillDraft, DrillEntry } from '../model/drill-run.ts';

/**
 * How a record reads. `broken`: an entry is not what was written, or one is missing; `seq` is the first such. `tornBytes`: whoever
 * wrote it was cut off in the middle of an entry, which nobody was told is kept; absent: nothing of the kind.
 */
export type DrillRecordSight =
  | { readonly kind: 'whole'; readonly entries: readonly DrillEntry[]; readonly tornBytes?: number }
  | { readonly kind: 'broken'; readonly entries: readonly DrillEntry[]; readonly seq: number; readonly why: string };

export interface DrillRecords {
  /**
   * Durable when it resolves, all of it or nothing. The first draft of a run makes its record; after its `end` only findings are
   * taken. Throws `StoreFailed` (with `isFull` where there is no room left for what is measured by the second), and `RevisionConflict` when somebody else has written since this handle last read or wrote it.
   */
  append(run: string, drafts: readonly DrillDraft[]): Promise<void>;
  /** Undefined: there is no such run. */
  read(run: string): Promise<DrillRecordSight | undefined>;
  /** Ids of all runs, the newest first. */
  list(): Promise<readonly string[]>;
  /** Where a run's files lie; reports go there too. */
  folderOf(run: string): string;
}
