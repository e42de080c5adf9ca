/** One deployment's replicas as the gateway sees them now: who may take the next request, who is ejected. */
import type { RouteEntry, RouteReplicaState } from '../../model/route.ts';
import { createLateness, type Lateness } from './lateness.ts';
import { afterAnswer, isConvicted } from './suspicion.ts';

/** Live state of one replica boot. Mutable, because it changes with every request. */
export interface PoolReplica {
  readonly id: string;
  readonly bootId: string;
  readonly site: string;
  readonly url: string;
  state: RouteReplicaState;
  inFlight: number;
  /** Of these, requests whose first byte is with the client. */
  streaming: number;
  /** Of the sequential test. */
  suspicion: number;
  /** Monotonic milliseconds until which it gets nothing; then one request on trial. 0: not ejected. */
  ejectedUntilMs: number;
  /** In a row, for the back-off. */
  ejections: number;
  onTrial: boolean;
  lastGoodMs: number;
}

/** Replicas by id and boot, with the table they come from and how late their answers usually are. */
export interface Pool {
  entry: RouteEntry;
  readonly replicas: Map<string, PoolReplica>;
  /** By site: monotonic milliseconds until which its proof holds. */
  spillUntilMs: Map<string, number>;
  readonly lateness: { readonly plain: Lateness; readonly stream: Lateness };
}

/** First time out after an ejection, milliseconds; doubled with each further one in a row. */
const firstEjectionMs = 1000;
const longestEjectionMs = 30_000;
/** A mark by the controller counts for nothing against a replica that answered a user this lately, milliseconds. */
const witnessMs = 500;

export function createPool(entry: RouteEntry, nowMs: number): Pool {
  const pool: Pool = {
    entry,
    replicas: new Map(),
    spillUntilMs: new Map(),
    lateness: { plain: createLateness(), stream: createLateness() },
  };
  updatePool(pool, entry, nowMs);
  return pool;
}

/** Takes over a new entry; replicas of the same boot keep their state. Returns those that are no longer listed. */
export function updatePool(pool: Pool, entry: RouteEntry, nowMs: number): readonly PoolReplica[] {
  pool.entry = entry;
  pool.spillUntilMs = new Map(entry.spill.map(({ site, provenForMs }) => [site, nowMs + provenForMs]));
  const listed = new Set<string>();
  for (const { site, replicas } of entry.sites) {
    for (const { id, bootId, url, state } of replicas) {
      const key = `${id} ${bootId}`;
      listed.add(key);
      const known = pool.replicas.get(key);
      if (known !== undefined) known.state = state;
      else
        pool.replicas.set(key, {
          id,
          bootId,
          site,
          url,
          state,
          inFlight: 0,
          streaming: 0,
          suspicion: 0,
          ejectedUntilMs: 0,
          ejections: 0,
          onTrial: false,
          lastGoodMs: Number.NEGATIVE_INFINITY,
        });
    }
  }
  const gone = [...pool.replicas].filter(([key]) => !listed.has(key));
  for (const [key] of gone) pool.replicas.delete(key);
  return gone.map(([, replica]) => replica);
}

/** An answer came (or failed to): one step of the test, and what follows from it. True when the replica was ejected now. */
export function noteAnswer(pool: Pool, replica: PoolReplica, isBad: boolean, nowMs: number, random: number): boolean {
  replica.suspicion = afterAnswer(replica.suspicion, isBad);
  if (!isBad) {
    replica.lastGoodMs = nowMs;
    if (replica.onTrial || replica.ejectedUntilMs === 0) forgive(replica);
    return false;
  }
  if (replica.onTrial) return eject(pool, replica, nowMs, random);
  const isSuspect = replica.state === 'suspect' && nowMs - replica.lastGoodMs > witnessMs;
  return isConvicted(replica.suspicion, isSuspect) && eject(pool, replica, nowMs, random);
}

/** Nobody listens there: no test is needed. */
export function noteRefused(pool: Pool, replica: PoolReplica, nowMs: number, random: number): boolean {
  return eject(pool, replica, nowMs, random);
}

function forgive(replica: PoolReplica): void {
  replica.ejectedUntilMs = 0;
  replica.ejections = 0;
  replica.onTrial = false;
}

/** The last one is never ejected: when everything is bad together, bad answers are better than none. */
function eject(pool: Pool, replica: PoolReplica, nowMs: number, random: number): boolean {
  if (!hasOther(pool, replica)) return false;
  const isNew = replica.ejectedUntilMs === 0;
  const backOffMs = Math.min(longestEjectionMs, firstEjectionMs * 2 ** replica.ejections);
  replica.ejectedUntilMs = nowMs + backOffMs * (0.75 + random / 2);
  replica.ejections += 1;
  replica.onTrial = false;
  replica.suspicion = 0;
  return isNew;
}

function hasOther(pool: Pool, replica: PoolReplica): boolean {
  for (const other of pool.replicas.values()) {
    if (other !== replica && other.state !== 'draining' && other.ejectedUntilMs === 0) return true;
  }
  return false;
}
