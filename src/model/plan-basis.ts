/** What a plan was made from: whoever applies it later compares, and refuses when the world has moved. */
import type { Step } from './plan.ts';
import type { Weights } from './route.ts';

export interface PlanBasis {
  /** Digest of the configuration's text. */
  readonly config: string;
  readonly weights: Weights;
  /** Ready replicas by site. */
  readonly ready: Readonly<Record<string, number>>;
  /** The operation that was under way. */
  readonly open: string | undefined;
  /** Keys of the standing things that were in force. */
  readonly standing: readonly string[];
  /** The steps it had. */
  readonly steps: readonly Step[];
}
