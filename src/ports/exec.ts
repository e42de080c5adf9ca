/** Programs of the user's own that a drill runs: a file and its arguments, never a shell. */
import type { Reply } from '../model/outcome.ts';
import type { ReadCall } from './call.ts';

export interface ExecOrder {
  /** It is ended with all it started after this, in milliseconds; sooner where the call leaves less. */
  readonly timeoutMs: number;
  /** Added to the little that it inherits. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ExecEnd {
  /** The last 64 KiB of each. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Exec {
  /** Whether it may be run at all, without running it; a refusal says which rule and what to do. */
  check(argv: readonly string[]): Promise<Reply<void>>;
  /**
   * Done: it ended by itself with exit code 0. Refused: it was not run, or ended with another one. Unknown: it was ended, by time
   * or by a signal.
   */
  run(argv: readonly string[], order: ExecOrder, call: ReadCall): Promise<Reply<ExecEnd>>;
}
