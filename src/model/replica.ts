/** One model server (a machine, a pod, a process) that answers requests. */
import type { Market } from './error-verdict.ts';
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
  /**
   * What it fails together with inside its site, as its provider told it, by the provider's own name: one rack with one
   * interconnect. Absent: nothing, or not told (yet), or listed by an earlier version.
   */
  readonly failureDomain?: string;
  /** In which it was had, as its provider tells it. Absent: not told, or listed by an earlier version. */
  readonly market?: Market;
}

/** The failure domains that replicas stand in now, each once, as their provider told them. */
export function toldDomains(replicas: readonly { readonly replica: Replica }[]): readonly string[] {
  const standing = replicas.filter(({ replica }) => isStanding(replica));
  return [...new Set(standing.flatMap(({ replica }) => replica.failureDomain ?? []))];
}

/** A machine or process is somewhere. */
export function isStanding({ state }: Pick<Replica, 'state'>): boolean {
  return state !== 'stopped' && state !== 'gone';
}
