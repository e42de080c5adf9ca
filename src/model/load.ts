/** What a load saw: requests by the second in which they were to be sent, whenever they ended. */

/** Milliseconds, over those that have one; undefined without any. */
export interface Percentiles {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
}

/**
 * Requests count where they were due, not where they were sent, and their times from then: a load that falls behind shows it as
 * time waited, and a system that stalls hides nothing.
 */
export interface LoadSecond {
  /** Its beginning, epoch milliseconds. */
  readonly atMs: number;
  /** Due in it; each is one of the next five. */
  readonly due: number;
  readonly ok: number;
  readonly failed: number;
  /** Streams that broke after their first token. */
  readonly cut: number;
  /** Not sent: too many were without an answer. */
  readonly skipped: number;
  /** Without an end when the record was closed. */
  readonly open: number;
  /**
   * To the first token; of plain requests to the first byte. What has none yet counts with what it has waited, and what was skipped
   * as longer than all others: nobody knows how long.
   */
  readonly firstTokenMs: Percentiles;
  /** Between tokens of streams. */
  readonly interTokenMs: Percentiles;
  /** By the answer's status; `0`: no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** By the site that answered. */
  readonly sites: Readonly<Record<string, number>>;
}

/** What became of one request; times on the load's own monotonic clock, milliseconds. */
export interface LoadRecord {
  readonly isStream: boolean;
  readonly dueMs: number;
  /** Later than due when the load itself fell behind. */
  readonly sentMs: number;
  /** First token, or of a plain request the first byte; undefined without any. */
  readonly firstTokenMs: number | undefined;
  /** Between each two tokens of a stream. */
  readonly interTokenMs: readonly number[];
  readonly endedMs: number;
  /** `cut`: it broke after its first token. `failed`: an error, or nothing. `open`: the load was stopped before its end. */
  readonly outcome: 'ok' | 'cut' | 'failed' | 'open';
  readonly status: number | undefined;
  /** The site that answered. */
  readonly site: string | undefined;
  /** One word of what went wrong. */
  readonly why: string | undefined;
}
