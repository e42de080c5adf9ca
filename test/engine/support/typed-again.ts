/** A person whose process may die on the way: typed again, under the same name, until somebody has seen it through. */
import type { Death, Process } from './process.ts';
import type { World } from './world.ts';

/** `type`: carries it out in the given process. Gives the first process, whose points were passed. */
export async function typeUntilOver(
  world: World,
  death: Death | undefined,
  type: (process: Process) => Promise<unknown>,
): Promise<Process> {
  const first = world.boot(death);
  let process = first;
  let isOver = false;
  const note = (): void => {
    isOver = true;
  };
  const start = (): void => {
    type(process).then(note, note);
  };
  start();
  await world.until('the end of what was typed', () => {
    if (process.isDead()) {
      process = world.boot();
      start();
    }
    return isOver;
  });
  return first;
}
