/** The real clock. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/**
 * Wall time is read once and carried on by the monotonic clock: a wall clock that jumps while the process runs neither
 * ages nor renews anything. Monotonic time is the system's own (CLOCK_MONOTONIC on Linux), the same in every process.
 */
export function createClock(): Clock {
  // `performance.now()` is the same clock from another zero, and allocates nothing: the gateway asks several times a request.
  const zeroMs = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();
  const monoMs = (): number => zeroMs + performance.now();
  const offsetMs = Date.now() - monoMs();
  return {
    nowMs: () => Math.round(offsetMs + monoMs()),
    monoMs,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    sleep: async (ms, signal) => {
      await wait(ms, undefined, { signal }).catch((error: unknown) => {
        // The timer rejects with an error of its own that only carries the reason.
        throw signal.aborted ? signal.reason : error;
      });
    },
  };
}
