/** What the demo measured. Times in milliseconds; the sums add up: sent = ok + failed, started = finished + cut + failed. */
export interface DemoSummary {
  readonly outcome: 'recovered' | 'not-recovered' | 'interrupted';
  readonly fault: string;
  /** Fault to the first diagnosis that is actionable. */
  readonly detectionMs: number | undefined;
  /** Detection to the decision to act. */
  readonly decisionMs: number | undefined;
  /** Fault to the moment from which every new request was served within the first-token limit. */
  readonly recoveryMs: number | undefined;
  readonly requests: {
    readonly sent: number;
    readonly ok: number;
    readonly failed: number;
    readonly retried: number;
  };
  readonly streams: {
    readonly started: number;
    readonly finished: number;
    readonly cut: number;
    readonly failed: number;
  };
  /** Traffic went back to the preferred site. */
  readonly failedBack: boolean;
  readonly journal: {
    readonly path: string;
    readonly entries: number;
    readonly verified: boolean;
    readonly head: string;
  };
}
