/** A clock that stands still until it is told to move. */
import type { Clock } from '../ports/clock.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks and resolves every sleep that has ended by then. */
  advance(ms: number): void;
  /** Moves the wall clock alone, as an administrator or NTP would. */
  jumpWall(ms: number): void;
}

interface Sleeper {
  readonly untilMonoMs: number;
  wake(): void;
}

export function createManualClock(startWallMs = 1_700_000_000_000): ManualClock {
  const sleepers = new Set<Sleeper>();
  let wallMs = startWallMs;
  let monoMs = 1000;
  return {
    nowMs: () => wallMs,
    monoMs: () => monoMs,
    after(ms, run) {
      const sleeper: Sleeper = {
        untilMonoMs: monoMs + ms,
        wake() {
          sleepers.delete(sleeper);
          run();
        },
      };
      sleepers.add(sleeper);
      return () => sleepers.delete(sleeper);
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', stop);
          resolve();
        };
        const sleeper: Sleeper = { untilMonoMs: monoMs + ms, wake };
        if (signal.aborted) reject(signal.reason);
        else {
          sleepers.add(sleeper);
          signal.addEventListener('abort', stop, { once: true });
        }
      }),
    advance(ms) {
      wallMs += ms;
      monoMs += ms;
      const due = [...sleepers].filter(({ untilMonoMs }) => untilMonoMs <= monoMs);
      for (const { wake } of due.sort((a, b) => a.untilMonoMs - b.untilMonoMs)) wake();
    },
    jumpWall(ms) {
      wallMs += ms;
    },
  };
}
