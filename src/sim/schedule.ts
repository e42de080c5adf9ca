/** Virtual time: one event after the other, each with everything that it sets off, and no time in between. */
import type { Clock } from '../ports/clock.ts';
import { type Event, EventHeap } from './event-heap.ts';
import type { Incarnation } from './incarnation.ts';

export class Schedule {
  /** Monotonic, of the one simulated machine room. */
  monoMs = 1000;
  /** Events run so far. */
  events = 0;
  readonly #heap: EventHeap;

  constructor(tie: () => number) {
    this.#heap = new EventHeap(tie);
  }

  after(ms: number, run: () => void): Event {
    return this.#heap.push(this.monoMs + Math.max(0, ms), run);
  }

  /** Runs the next event; false when nothing is left to happen. The caller runs what it set off. */
  step(): boolean {
    const event = this.#heap.pop();
    if (event === undefined) return false;
    this.monoMs = event.atMs;
    this.events += 1;
    event.run();
    return true;
  }

  /** For what is laid out in one moment, by nobody that lives on. `nowMs`: what its wall clock said, epoch milliseconds. */
  stoppedClock(nowMs: number): Clock {
    return {
      nowMs: () => nowMs,
      monoMs: () => this.monoMs,
      after: () => () => undefined,
      sleep: () => Promise.resolve(),
    };
  }

  /** A process's clock: monotonic time is shared; its wall clock was read when it began, and is carried on from there. */
  clock(life: Incarnation, wallAheadMs: number): Clock {
    return {
      monoMs: () => this.monoMs,
      nowMs: () => Math.round(this.monoMs + wallAheadMs),
      after: (ms, run) => {
        const event = this.after(ms, () => life.deliver(() => event.isCancelled || run()));
        return () => {
          event.isCancelled = true;
        };
      },
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) return reject(signal.reason);
          const stop = (): void => {
            event.isCancelled = true;
            reject(signal.reason);
          };
          const event = this.after(ms, () =>
            life.deliver(() => {
              signal.removeEventListener('abort', stop);
              resolve();
            }),
          );
          signal.addEventListener('abort', stop, { once: true });
        }),
    };
  }
}
