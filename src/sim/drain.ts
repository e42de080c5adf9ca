/** The two ways to let everything happen that an event set off. */
import { setFlagsFromString } from 'node:v8';

/**
 * Runs to the end at once. Needs V8's own checkpoint, which is switched on here for the whole process; must be called from
 * a timer or an immediate, never from inside a microtask.
 */
export function runFast<T>(steps: Generator<void, T>): T {
  const drain = checkpoint();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    drain();
  }
}

/** The portable way: the event loop turns once for each event. */
export async function runSlowly<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await new Promise(setImmediate);
  }
}

let known: (() => void) | undefined;

function checkpoint(): () => void {
  if (known === undefined) {
    setFlagsFromString('--allow-natives-syntax');
    known = new Function('%PerformMicrotaskCheckpoint()') as () => void;
    setFlagsFromString('--no-allow-natives-syntax');
  }
  return known;
}
