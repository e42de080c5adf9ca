/** Holds a deployment's lease: renews it in the background and says at any moment whether it may still be used. */
import type { Lease, LeaseRecord } from '../model/lease.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';

export interface LeaseGrip {
  readonly epoch: number;
  readonly lease: Lease;
  /** Milliseconds for which effects may still be issued; 0 or less means none may. */
  remainingMs(): number;
  /** Fires once the lease is somebody else's, ran out, or was dropped. */
  readonly lost: AbortSignal;
  /** Nothing may be issued under it any more: what cannot be recorded must not go on. */
  drop(): void;
  /** Ends the renewal and frees the lease for others at once; nothing may be issued under it from then on. Never rejects. */
  release(): Promise<void>;
  /** Who holds it now, as far as known after a loss. */
  successor(): LeaseRecord | undefined;
}

/** Nothing may be changed any more, nor said of what was: somebody else may be at it. */
export function isLost(grip: LeaseGrip): boolean {
  return grip.lost.aborted || grip.remainingMs() <= 0;
}

export type GripReply =
  | { readonly kind: 'held'; readonly grip: LeaseGrip }
  | { readonly kind: 'busy'; readonly record: LeaseRecord }
  | { readonly kind: 'stopped' };

/**
 * Takes the lease. A holder that does not renew is waited out (its ttl on our own clock); one that renews answers
 * `busy` as soon as it was seen doing so.
 */
export async function gripLease(deps: EngineDeps, deployment: string, signal: AbortSignal): Promise<GripReply> {
  const { clock, store, config, actor } = deps;
  const pollMs = Math.max(20, Math.min(250, config.lease.renewEveryMs / 4));
  let first: LeaseRecord | undefined;
  for (const startedMonoMs = clock.monoMs(); ; ) {
    const reply = await store.lease.acquire(deployment, actor, config.lease.ttlMs);
    if (reply.kind === 'held') return { kind: 'held', grip: keepGrip(deps, reply.lease) };
    first ??= reply.record;
    const isRenewed = reply.record.epoch !== first.epoch || reply.record.renewedAtMs !== first.renewedAtMs;
    // The store answers `held` once the ttl passed without a renewal; twice that means it never will.
    if (isRenewed || clock.monoMs() - startedMonoMs > 2 * reply.record.ttlMs)
      return { kind: 'busy', record: reply.record };
    const isStopped = await clock.sleep(pollMs, signal).then(
      () => false,
      () => true,
    );
    if (isStopped) return { kind: 'stopped' };
  }
}

function keepGrip(deps: EngineDeps, taken: Lease): LeaseGrip {
  const { clock, store, config } = deps;
  const lost = new AbortController();
  const ended = new AbortController();
  let lease = taken;
  let successor: LeaseRecord | undefined;

  const isOut = (): boolean => clock.monoMs() >= lease.usableUntilMonoMs;
  const renewOnce = async (): Promise<void> => {
    const leftMs = lease.usableUntilMonoMs - clock.monoMs();
    const end = await callWithin(clock, leftMs, ended.signal, () => store.lease.renew(lease));
    // A store that fails is no proof of loss: the lease simply runs out on our own clock, which `remainingMs` shows.
    if (end.kind !== 'answered') return;
    if (end.value.kind === 'busy') {
      successor = end.value.record;
      lost.abort();
    } else if (!isOut()) lease = end.value.lease;
  };
  const renewing = (async () => {
    while (!ended.signal.aborted && !lost.signal.aborted) {
      const pauseMs = Math.min(config.lease.renewEveryMs, Math.max(1, lease.usableUntilMonoMs - clock.monoMs()));
      const isOver = await clock.sleep(pauseMs, ended.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      // Once out it stays out, whatever the store would say: after a pause others have seen it out, and so has our work.
      if (!isOut()) await renewOnce();
      if (isOut()) lost.abort();
    }
  })();

  return {
    epoch: taken.epoch,
    lease: taken,
    remainingMs: () => (lost.signal.aborted || ended.signal.aborted ? 0 : lease.usableUntilMonoMs - clock.monoMs()),
    lost: lost.signal,
    successor: () => successor,
    drop: () => lost.abort(),
    async release() {
      ended.abort();
      await renewing;
      // The store takes it from nobody but its holder; what it does not take is no harm, the lease runs out.
      if (successor === undefined) await callWithin(clock, lease.ttlMs, undefined, () => store.lease.release(lease));
    },
  };
}
