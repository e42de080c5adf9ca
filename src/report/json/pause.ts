/** What became of a pause, or of its end, for machines. */
import { iso } from '../text/time.ts';

/** One deployment's part. */
export interface PauseRow {
  readonly deployment: string;
  readonly outcome: 'paused' | 'replaced' | 'unchanged' | 'unpaused' | 'not-paused' | 'pinned' | 'failed';
  /** Its end now, epoch milliseconds; undefined: automation is on, or it is not known. */
  readonly untilMs: number | undefined;
  /** The end it had before, where that was another. */
  readonly before: number | undefined;
  /** For `failed`. */
  readonly why?: string;
}

/** Times in ISO 8601. */
export function pauseRowJson({ deployment, outcome, untilMs, before, why }: PauseRow) {
  return {
    ...{ deployment, outcome, until: isoOrNull(untilMs), before: isoOrNull(before) },
    ...(why === undefined ? {} : { why }),
  };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}
