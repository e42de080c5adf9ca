/** What the demo's script is given: godwit's public parts, put together by the composition root. */
import type { Event } from '../model/event.ts';
import type { LoadRecord } from '../model/load.ts';

export interface DemoReplica {
  readonly site: string;
  /** `http://127.0.0.1:port` of a built-in model server. */
  readonly url: string;
}

export interface DemoLoadTerms {
  readonly requestsPerSecond: number;
  /** Share of streams, 0–1. */
  readonly streamShare: number;
  readonly maxTokens: number;
  /** A request that takes longer has failed, milliseconds. */
  readonly timeoutMs: number;
}

export interface DemoLoad {
  /** Finished requests so far, in order of their end. */
  records(): readonly LoadRecord[];
  /** Sends nothing more; resolves when everything sent has ended. */
  stop(): Promise<void>;
}

export interface DemoWorld {
  /** Where clients send their requests. */
  readonly gatewayUrl: string;
  readonly model: string;
  /** The site that has the traffic when nothing is wrong. */
  readonly activeSite: string;
  readonly firstTokenLimitMs: number;
  /** Asks the gateway from now on. */
  startLoad(terms: DemoLoadTerms): DemoLoad;
  /** Runs the controller until the signal fires. */
  runController(onEvent: (event: Event) => void, signal: AbortSignal): Promise<void>;
  /** The replicas that run now. */
  replicas(): Promise<readonly DemoReplica[]>;
  /** Where new requests go now, as one line. */
  split(): Promise<string>;
  /** Requests the gateway tried more than once. */
  retried(): Promise<number>;
  /** Stops everything this world started; throws when something may be left. */
  close(): Promise<void>;
}
