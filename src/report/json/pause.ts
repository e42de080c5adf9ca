/** What became of a pause, or of its end, for machines. */
import { iso } from '../text/time.ts';

/** One deployment's part. */
export interface PauseRow {
  readonly deployment: string;
  readonly outcome:
    | 'paused'
    | 'replaced'
    | 'unchanged'
    | 'unpaused'
    | 'not-paused'
    | 'pinned'
    | 'still-pinned'
    | 'still-paused'
    | 'failed'
    | 'unknown';
  /** Its end now, epoch milliseconds; undefined: automation is on, or it is not known. */
  readonly untilMs: number | undefined;
  /** The end it had before, where that was another. */
  readonly before: number | undefined;
  /** For `failed`, `still-pinned`, `still-paused` and `unknown`. */
  readonly why?: string;
  /** What else is to be known, such as what the gateway may still keep. */
  readonly note?: string;
}

/** Times in ISO 8601. */
export function pauseRowJson({ deployment, outcome, untilMs, before, why, note }: PauseRow) {
  return {
    ...{ deployment, outcome, until: isoOrNull(untilMs), before: isoOrNull(before) },
    ...(why === undefined ? {} : { why }),
    ...(note === undefined ? {} : { note }),
  };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}
