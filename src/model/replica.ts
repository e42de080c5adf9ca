/** One model server (a machine, a pod, a process) that answers requests. */
import type { Answer } from './outcome.ts';

export type ReplicaState = 'starting' | 'running' | 'stopping' | 'stopped' | 'gone';

export interface Replica {
  /** The provider's identity for it; a restart under the same name is another boot. */
  readonly id: string;
  /** Changes whenever the server behind `id` is a new one. */
  readonly bootId: string;
  readonly deployment: string;
  readonly site: string;
  /** Position within the placement, from 0: with the operation it makes the idempotency key of the start. */
  readonly slot: number;
  /** Where it answers, such as `http://127.0.0.1:9100`; undefined until the provider knows. */
  readonly url: string | undefined;
  readonly state: ReplicaState;
  /** Whether it costs money now. */
  readonly billed: Answer;
  readonly startedAtMs: number;
  /** The idempotency key of the request that made it. */
  readonly startKey: string;
}
