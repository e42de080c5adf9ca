/** Times of a lease where no server keeps the time: how long a holder may use it, when a watcher may call it dead. */
import type { Clock } from '../ports/clock.ts';

/**
 * Kept free at the end of a lease, in milliseconds: a tenth of the ttl, at least 50. Holder and watcher read the same
 * monotonic clock, so it need not cover drift; it covers the way from the last check to the call being sent (I1).
 */
function marginMs(ttlMs: number): number {
  return Math.max(50, ttlMs / 10);
}

/** Monotonic milliseconds until which a lease asked for at `sentMonoMs` may be used. */
export function usableUntilMonoMs(sentMonoMs: number, ttlMs: number): number {
  return sentMonoMs + ttlMs - marginMs(ttlMs);
}

/** What a watcher compares from look to look. */
export interface Pulse {
  readonly deployment: string;
  readonly epoch: number;
  /** Grows with every renewal. */
  readonly counter: number;
  readonly ttlMs: number;
}

export interface LeaseWatch {
  /** Whether the holder was seen standing still for its whole ttl; the first look only starts the watch. */
  hasStoodStill(pulse: Pulse): boolean;
  forget(deployment: string): void;
}

/** One process's memory of what it saw, at most one entry per deployment. */
export function createLeaseWatch(clock: Clock): LeaseWatch {
  const seen = new Map<string, { readonly epoch: number; readonly counter: number; readonly sinceMonoMs: number }>();
  return {
    hasStoodStill({ deployment, epoch, counter, ttlMs }) {
      const before = seen.get(deployment);
      if (before?.epoch === epoch && before.counter === counter) return clock.monoMs() - before.sinceMonoMs >= ttlMs;
      seen.set(deployment, { epoch, counter, sinceMonoMs: clock.monoMs() });
      return false;
    },
    forget(deployment) {
      seen.delete(deployment);
    },
  };
}
