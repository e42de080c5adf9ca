/** What the load of the demo came to: sums over its requests, and when the service was good again. */
import type { LoadRecord } from '../model/load.ts';

/** `requests` are the plain ones, sent = ok + failed; `streams`: started = finished + cut + failed. */
export interface LoadCounts {
  readonly requests: { readonly sent: number; readonly ok: number; readonly failed: number };
  readonly streams: {
    readonly started: number;
    readonly finished: number;
    readonly cut: number;
    readonly failed: number;
  };
}

export function countRecords(records: readonly LoadRecord[]): LoadCounts {
  const count = (isStream: boolean, outcome?: LoadRecord['outcome']): number =>
    records.filter((record) => record.isStream === isStream && (outcome === undefined || record.outcome === outcome))
      .length;
  return {
    // A plain answer that broke half-way is a failed request: only streams can be cut.
    requests: { sent: count(false), ok: count(false, 'ok'), failed: count(false, 'failed') + count(false, 'cut') },
    streams: {
      started: count(true),
      finished: count(true, 'ok'),
      cut: count(true, 'cut'),
      failed: count(true, 'failed'),
    },
  };
}

/** How soon the first byte of an answer must come, milliseconds. A plain answer's comes when all its tokens are made. */
export interface ServiceLimits {
  readonly streamMs: number;
  readonly plainMs: number;
}

/** Every request must have been good for this long, milliseconds. */
const goodForMs = 2000;

/**
 * Recovery: from the fault to the first moment after which every request started for two seconds was good, that is
 * answered, with its first token within the limit. Undefined when the load saw no such two seconds.
 */
export function recoveryMs(
  records: readonly LoadRecord[],
  faultAtMs: number,
  limits: ServiceLimits,
): number | undefined {
  const isGood = ({ isStream, outcome, dueMs, firstTokenMs }: LoadRecord): boolean =>
    outcome === 'ok' &&
    firstTokenMs !== undefined &&
    firstTokenMs - dueMs <= (isStream ? limits.streamMs : limits.plainMs);
  // A bad one counts last among those of its moment: no good stretch begins at that moment.
  const after = records
    .filter(({ dueMs }) => dueMs >= faultAtMs)
    .sort((a, b) => a.dueMs - b.dueMs || Number(isGood(b)) - Number(isGood(a)));
  const lastStartMs = after.at(-1)?.dueMs ?? Number.NEGATIVE_INFINITY;
  // Silence after the fault is no recovery: the first request must come within the two seconds.
  let sinceMs = (after[0]?.dueMs ?? 0) - faultAtMs < goodForMs ? faultAtMs : Number.NaN;
  for (const record of after) {
    if (record.dueMs - sinceMs >= goodForMs) return sinceMs - faultAtMs;
    // The next good stretch can begin with the next request at the earliest.
    if (!isGood(record)) sinceMs = Number.NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = record.dueMs;
  }
  return lastStartMs - sinceMs >= goodForMs ? sinceMs - faultAtMs : undefined;
}
