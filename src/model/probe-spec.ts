/** What to ask a replica, how often, and what a good answer is. */

interface ProbeTiming {
  /** Name within the deployment, such as `completion`. */
  readonly name: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** A status code from a path: says only that the process answers. */
export interface HttpProbeSpec extends ProbeTiming {
  readonly kind: 'http';
  readonly path: string;
}

/** A connection is accepted: the weakest of all. */
export interface TcpProbeSpec extends ProbeTiming {
  readonly kind: 'tcp';
}

/** A real streamed completion: tokens came, the first in time, from the right model. */
export interface CompletionProbeSpec extends ProbeTiming {
  readonly kind: 'completion';
  readonly path: string;
  readonly model: string;
  readonly prompt: string;
  readonly maxTokens: number;
  readonly firstTokenLimitMs: number;
  /** Text the answer must contain, when set. */
  readonly contains: string | undefined;
}

export type ProbeSpec = HttpProbeSpec | TcpProbeSpec | CompletionProbeSpec;
