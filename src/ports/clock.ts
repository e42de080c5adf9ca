/** Time. The only way godwit's engine and adapters know it, so that a simulator can stand in. */
export interface Clock {
  /** Wall clock, epoch milliseconds: for records and people, never for deciding that time has passed. */
  nowMs(): number;
  /** Monotonic clock, milliseconds: shared by all processes since this machine booted, survives no reboot. */
  monoMs(): number;
  /** Calls `run` once after this long, unless the function it gives is called before: for time-outs, which mostly are. */
  after(ms: number, run: () => void): () => void;
  /** Resolves after this long, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
