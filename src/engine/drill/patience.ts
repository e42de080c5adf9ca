/** What goes back after a drill is tried again: one answer that was lost, or a disk that was full for a moment, must not leave it. */
import { messageOf } from '../../errors.ts';
import type { Operation } from '../../model/operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Rehearsal } from './rehearsal.ts';

/** How long something is tried again while nothing is under way, in milliseconds. */
const patienceMs = 120_000;
/** Most that is waited in all for what is under way: it ends by its own times. Milliseconds. */
const underWayMs = 900_000;
const pauseMs = 500;

/** What one try has left to do. */
export interface Left {
  /** In words, with what to do; undefined: nothing. */
  readonly left: string | undefined;
  /** Trying again would change nothing. */
  readonly isOver: boolean;
  /** It waits for an operation that somebody carries out: that counts as no try. */
  readonly isUnderWay?: boolean;
}

/** What is left when no try is left; undefined: nothing. A try that rejects is one that may be made again. */
export async function tryAgain(clock: Clock, what: string, once: () => Promise<Left>): Promise<string | undefined> {
  const calm = new AbortController().signal;
  const beganMonoMs = clock.monoMs();
  for (let untilMonoMs = beganMonoMs + patienceMs; ; ) {
    const { left, isOver, isUnderWay } = await once().catch(
      (thrown: unknown): Left => ({ left: `${what} (${messageOf(thrown)})`, isOver: false }),
    );
    const nowMonoMs = clock.monoMs();
    if (isUnderWay === true && nowMonoMs < beganMonoMs + underWayMs) untilMonoMs = nowMonoMs + patienceMs;
    if (isOver || nowMonoMs >= untilMonoMs) return left;
    await clock.sleep(pauseMs, calm);
  }
}

/** What is under way ends first; undefined: nothing is. */
export async function leftUnderWay(
  { deps, drill }: Rehearsal,
  operations: readonly Operation[],
): Promise<Left | undefined> {
  if (operations.every(({ endedAtMs }) => endedAtMs !== undefined)) return undefined;
  const lease = await deps.store.lease.read(drill.deployment);
  const isUnderWay = lease !== undefined && deps.clock.nowMs() - lease.renewedAtMs <= lease.ttlMs;
  return { left: 'an operation is under way still: godwit op list', isOver: false, isUnderWay };
}
