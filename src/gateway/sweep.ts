/** Looks at what waits, many times a second: one timer for all requests instead of one for each. */
import { sweepFaults } from './faults.ts';
import type { Plant, Route } from './route.ts';

/** Between sweeps, milliseconds: the resolution of every limit in the data plane. */
export const sweepMs = 20;

/** One look at every waiting, answering and held request. */
export function sweep(routes: readonly Route[], plant: Plant): void {
  const nowMs = plant.nowMs();
  for (const route of routes) {
    sweepFaults(route, nowMs);
    sweepWaiting(route, plant, nowMs);
    sweepAnswering(route, plant, nowMs);
    for (const forward of [...route.held]) forward.retryHeld(nowMs);
  }
}

/** Too long without a first byte: evidence against the replica first, an error only at the hard limit. */
function sweepWaiting(route: Route, plant: Plant, nowMs: number): void {
  const { pool } = route;
  const { firstByteTimeoutMs } = plant.limits;
  const { firstTokenLimitMs } = pool.entry;
  const streamLimitMs = pool.lateness.stream.limitMs(firstTokenLimitMs);
  const plainLimitMs = pool.lateness.plain.limitMs(firstByteTimeoutMs);
  const leastMs = Math.min(streamLimitMs, plainLimitMs, firstTokenLimitMs);
  // Oldest first: nothing behind one that is in time can be late.
  for (const attempt of route.waiting.takeWhile(({ startedMs }) => nowMs - startedMs >= leastMs)) {
    // Moved since, together with another.
    if (!attempt.mayMove) continue;
    const ageMs = nowMs - attempt.startedMs;
    const { replica, forward } = attempt;
    const usualMs = forward.isStream ? streamLimitMs : plainLimitMs;
    const limitMs = replica.state === 'suspect' ? Math.min(usualMs, firstTokenLimitMs) : usualMs;
    if (!attempt.isLate && ageMs >= limitMs && attempt.markLate(nowMs)) forward.moveWaiting(replica, undefined);
    // Ejected since, by others: it need not wait for the connection to break.
    else if (replica.ejectedUntilMs > 0 && attempt.isLate) forward.move(attempt);
    if (ageMs >= firstByteTimeoutMs && attempt.mayMove) attempt.expire();
  }
}

function sweepAnswering(route: Route, plant: Plant, nowMs: number): void {
  const { stallTimeoutMs, slowReaderTimeoutMs } = plant.limits;
  const stuck = route.answering.filter(({ pausedSinceMs, lastDataMs }) =>
    pausedSinceMs > 0 ? nowMs - pausedSinceMs >= slowReaderTimeoutMs : nowMs - lastDataMs >= stallTimeoutMs,
  );
  for (const attempt of stuck) {
    if (attempt.pausedSinceMs > 0) attempt.forward.response.destroy();
    else attempt.expire();
  }
}
