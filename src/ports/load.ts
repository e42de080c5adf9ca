/** Asks a deployment for completions, as its users would. */
import type { LoadPlan } from '../model/drill.ts';
import type { LoadSecond } from '../model/load.ts';

export interface LoadTarget {
  /** Of the gateway, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly model: string;
  /** What it is asked by, where its requests are told by that; absent: by the model. */
  readonly host?: string;
  /** Of the completions; absent: `/v1/chat/completions`. */
  readonly path?: string;
  /** A request that takes longer has failed, milliseconds. */
  readonly timeoutMs: number;
}

export interface RunningLoad {
  /** Whole seconds that are known to their end and were not taken yet, oldest first. */
  take(): readonly LoadSecond[];
  /** Sends nothing more, and gives what is left; requests without an end are counted as they are. */
  stop(): Promise<readonly LoadSecond[]>;
}

/** Open loop: each request is sent at its time, whether or not those before it were answered. */
export interface LoadGenerator {
  start(plan: Exclude<LoadPlan, { readonly source: 'live-traffic' }>, target: LoadTarget): Promise<RunningLoad>;
}
