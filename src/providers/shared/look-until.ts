/** Waits for what a cloud does by itself, within a call's time. */
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';

interface Timed {
  readonly clock: Clock;
}

/** The caller may have lost its lease while something was waited for. */
export function isOver({ clock }: Timed, { signal, deadlineAtMonoMs }: ReadCall): boolean {
  return signal.aborted || clock.monoMs() >= deadlineAtMonoMs;
}

/** Between two looks at a machine that changes by itself, in milliseconds: soon at first, then as clouds advise, slower. */
const [firstPauseMs, longestPauseMs] = [200, 5000];

/**
 * Looks until it gives something; undefined when the call is over before it does. `leastPauseMs`: between two looks, where a
 * cloud counts them closely; default 200.
 */
export async function lookUntil<T>(
  timed: Timed,
  call: ReadCall,
  look: () => Promise<T | undefined>,
  leastPauseMs = firstPauseMs,
): Promise<T | undefined> {
  const { clock } = timed;
  for (let pauseMs = leastPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const found = await look();
    if (found !== undefined || isOver(timed, call)) return found;
    const leftMs = call.deadlineAtMonoMs - clock.monoMs();
    await clock.sleep(Math.max(1, Math.min(pauseMs, leftMs)), call.signal).catch(() => undefined);
    if (isOver(timed, call)) return undefined;
  }
}
