/** SIGINT and SIGTERM as one abort signal. */

/** A wrapper may deliver the same signal twice; within this long it counts once, in milliseconds. */
const debounceMs = 1000;

interface SignalSource {
  on(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', hear: () => void): unknown;
}

/**
 * The first signal aborts with its name as the reason. One more than a second later calls `onAgain`: the person does not
 * want to wait. SIGHUP is only taken note of: a lost terminal stops nothing.
 */
export function listenForInterrupts(
  source: SignalSource,
  monoMs: () => number,
  onAgain: (name: 'SIGINT' | 'SIGTERM') => void,
): AbortSignal {
  const controller = new AbortController();
  let firstMonoMs: number | undefined;
  const hear = (name: 'SIGINT' | 'SIGTERM'): void => {
    if (firstMonoMs === undefined) {
      firstMonoMs = monoMs();
      controller.abort(name);
    } else if (monoMs() - firstMonoMs > debounceMs) {
      onAgain(name);
    }
  };
  source.on('SIGINT', () => hear('SIGINT'));
  source.on('SIGTERM', () => hear('SIGTERM'));
  source.on('SIGHUP', () => undefined);
  return controller.signal;
}
