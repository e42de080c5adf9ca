/** A clock of its own speed: a cloud's seconds need not last as long as ours. */
import type { Clock } from '../../../src/ports/clock.ts';
import { createClock } from '../../../src/system/clock.ts';

export function createFastClock(speed: number): Clock {
  const clock = createClock();
  const [nowMs, monoMs] = [clock.nowMs(), clock.monoMs()];
  const passedMs = (): number => (clock.monoMs() - monoMs) * speed;
  return {
    nowMs: () => nowMs + passedMs(),
    monoMs: () => monoMs + passedMs(),
    after: (ms, run) => clock.after(ms / speed, run),
    sleep: (ms, signal) => clock.sleep(ms / speed, signal),
  };
}
