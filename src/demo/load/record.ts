/** What became of one request of the load, and the sums over all of them. */

/** Times on the load's own monotonic clock, milliseconds. */
export interface LoadRecord {
  readonly isStream: boolean;
  readonly startedMs: number;
  /** First byte of content; undefined without any. */
  readonly firstTokenMs: number | undefined;
  readonly endedMs: number;
  /** `cut`: a stream that broke after its first content. `failed`: an error, or nothing. */
  readonly outcome: 'ok' | 'cut' | 'failed';
  readonly status: number | undefined;
  /** One word of what went wrong. */
  readonly why: string | undefined;
}

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
  const isGood = ({ isStream, outcome, startedMs, firstTokenMs }: LoadRecord): boolean =>
    outcome === 'ok' &&
    firstTokenMs !== undefined &&
    firstTokenMs - startedMs <= (isStream ? limits.streamMs : limits.plainMs);
  // A bad one counts last among those of its moment: no good stretch begins at that moment.
  const after = records
    .filter(({ startedMs }) => startedMs >= faultAtMs)
    .sort((a, b) => a.startedMs - b.startedMs || Number(isGood(b)) - Number(isGood(a)));
  const lastStartMs = after.at(-1)?.startedMs ?? Number.NEGATIVE_INFINITY;
  // Silence after the fault is no recovery: the first request must come within the two seconds.
  let sinceMs = (after[0]?.startedMs ?? 0) - faultAtMs < goodForMs ? faultAtMs : Number.NaN;
  for (const record of after) {
    if (record.startedMs - sinceMs >= goodForMs) return sinceMs - faultAtMs;
    // The next good stretch can begin with the next request at the earliest.
    if (!isGood(record)) sinceMs = Number.NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = record.startedMs;
  }
  return lastStartMs - sinceMs >= goodForMs ? sinceMs - faultAtMs : undefined;
}
