/** What runs at a site now: what a drain waits for. Also the wire shape of the admin API. */

export interface RunningRequest {
  /** One try of one request; another try elsewhere is another. */
  readonly id: string;
  readonly site: string;
  readonly replica: string;
  /** When it was sent there, wall clock, epoch milliseconds. */
  readonly startedAtMs: number;
  /** Its first byte is with the client: it can be cut, not moved. */
  readonly streaming: boolean;
  /** Of the answer's body so far. */
  readonly bytes: number;
}

export interface RunningRequests {
  /** Oldest first, at most 1000. */
  readonly requests: readonly RunningRequest[];
  /** There are more than these. */
  readonly isCut: boolean;
}

/** What ending everything at a site did. */
export interface SiteCut {
  /** Had no first byte: went to another site, or waits for one. */
  readonly moved: number;
  /** Were told to come again: streams in the middle, and what could not be sent twice. */
  readonly cut: number;
}
