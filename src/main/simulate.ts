/** Runs simulated worlds one after the other, in this process; nothing outside of it is touched. */
import type { SimulateOptions, SimulateWatch } from '../cli/app.ts';
import type { Config } from '../model/config.ts';
import type { SimulatedSeed } from '../model/simulation.ts';
import { runFast } from '../sim/drain.ts';
import { whatIf } from '../sim/what-if.ts';

/** Some tenths of a second's worth. */
const eventsInTurn = 5000;

/** Ends soon after the signal fires, with the worlds that were finished. */
export async function simulateSeeds(
  config: Config,
  { deployment, from, seeds, faults }: SimulateOptions,
  { onBegin, onEnd }: SimulateWatch,
  signal: AbortSignal,
): Promise<readonly SimulatedSeed[]> {
  const done: SimulatedSeed[] = [];
  for (let seed = from; seed < from + seeds && !signal.aborted; seed += 1) {
    onBegin(seed);
    const world = whatIf({ config, deployment, seed, faults: new Set(faults) });
    for (let story: SimulatedSeed | undefined; story === undefined && !signal.aborted; ) {
      story = await inTurn(() => runFast(someOf(world)));
      if (story === undefined) continue;
      done.push(story);
      onEnd(story);
    }
  }
  return done;
}

/** Lets a signal in between. */
export function* someOf<T>(world: Generator<void, T>): Generator<void, T | undefined> {
  for (let events = 0; events < eventsInTurn; events += 1) {
    const next = world.next();
    if (next.done === true) return next.value;
    yield;
  }
  return undefined;
}

/** Microtasks can be run from a turn of the event loop of its own, not from inside a microtask. */
export function inTurn<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}
