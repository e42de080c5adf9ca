/**
 * A clock that goes on only when its one user waits: as far as it waits, and at once. What takes long in the world takes none
 * here, and a slow machine changes nothing of what happens.
 */
import type { Clock } from '../../../src/ports/clock.ts';

export interface StepClock extends Clock {
  /** To the next time-out that is set: for who waits for an answer that never comes. */
  skip(): void;
}

export function createStepClock(startWallMs = 1_790_000_000_000): StepClock {
  const timers = new Set<{ readonly atMonoMs: number; readonly run: () => void }>();
  let monoMs = 100_000;
  const goTo = (untilMonoMs: number): void => {
    const due = [...timers].filter(({ atMonoMs }) => atMonoMs <= untilMonoMs).sort((a, b) => a.atMonoMs - b.atMonoMs);
    for (const timer of due) {
      monoMs = Math.max(monoMs, timer.atMonoMs);
      if (timers.delete(timer)) timer.run();
    }
    monoMs = Math.max(monoMs, untilMonoMs);
  };
  return {
    nowMs: () => startWallMs + monoMs,
    monoMs: () => monoMs,
    after(ms, run) {
      const timer = { atMonoMs: monoMs + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async sleep(ms, signal) {
      signal.throwIfAborted();
      goTo(monoMs + ms);
      // Whoever is at work meanwhile comes first.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
    skip() {
      const next = Math.min(...[...timers].map(({ atMonoMs }) => atMonoMs));
      if (Number.isFinite(next)) goTo(next);
    },
  };
}
