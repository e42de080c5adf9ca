/** What the demo's script is given: godwit's public parts, put together by the composition root. */
import type { Event } from '../model/event.ts';

export interface DemoReplica {
  readonly site: string;
  /** `http://127.0.0.1:port` of a built-in model server. */
  readonly url: string;
}

export interface DemoWorld {
  /** Where clients send their requests. */
  readonly gatewayUrl: string;
  readonly model: string;
  /** The site that has the traffic when nothing is wrong. */
  readonly activeSite: string;
  readonly firstTokenLimitMs: number;
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
