/** Time that passes only while everybody waits: then it leaps to the end of the shortest wait. */
import { type Clock, createManualClock } from '../../../src/testkit/index.ts';

export function createIdleClock(): Clock {
  const manual = createManualClock();
  const ends = new Set<{ readonly atMonoMs: number }>();
  let isTurning = false;
  // Promises are settled before the next turn comes: whoever can go on has gone on by then.
  function turn(): void {
    isTurning = false;
    const nextMonoMs = Math.min(...[...ends].map(({ atMonoMs }) => atMonoMs));
    if (nextMonoMs !== Number.POSITIVE_INFINITY) manual.advance(Math.max(0, nextMonoMs - manual.monoMs()));
    if (ends.size > 0) wait();
  }
  function wait(): void {
    if (!isTurning) setImmediate(turn);
    isTurning = true;
  }
  function endAfter(ms: number): () => void {
    const end = { atMonoMs: manual.monoMs() + ms };
    // What waits for ever ends no wait.
    if (Number.isFinite(ms)) ends.add(end);
    wait();
    return () => ends.delete(end);
  }
  return {
    nowMs: manual.nowMs,
    monoMs: manual.monoMs,
    after(ms, run) {
      const forget = endAfter(ms);
      const cancel = manual.after(ms, () => {
        forget();
        run();
      });
      return () => {
        forget();
        cancel();
      };
    },
    sleep(ms, signal) {
      const forget = endAfter(ms);
      return manual.sleep(ms, signal).finally(forget);
    },
  };
}
