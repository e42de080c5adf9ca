/** What every port call carries: how to stop it, how long it may take, and for writes who issues it. */

export interface ReadCall {
  readonly signal: AbortSignal;
  /**
   * Monotonic milliseconds of the caller's clock. Of a call that changes something the caller waits a moment longer, to hear
   * what the port makes of having got no answer by then.
   */
  readonly deadlineAtMonoMs: number;
}

export interface WriteCall extends ReadCall {
  readonly operationId: string;
  /** The lease epoch it is issued under; a sink that can refuse older ones does. */
  readonly epoch: number;
  /** The same key asks for the same effect: a second call adopts what the first one made. */
  readonly idempotencyKey: string;
}
