/** A world in which a drill breaks the traffic of `left`, and a person who moves away from it. */
import { type CarryOutOptions, carryOut, type WishEnd } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { blackhole } from '../../core/support/view.ts';
import type { Process } from './process.ts';
import { createWorld, type World } from './world.ts';

export const shift: Wish = {
  ...{ deployment: 'chat', kind: 'shift', from: 'left', to: 'right', reason: 'drivers', forMs: 60_000 },
};

/** Both sites stand, the gateway has its table, and a drill black-holes `left`. */
export async function openDrilled(): Promise<World> {
  const world = createWorld();
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(end);
  world.sink.drilled = [blackhole({ untilMs: Number.MAX_SAFE_INTEGER })];
  return world;
}

/** What the person types, in a process of its own. */
export async function typeShift({ deps }: Process, options: Partial<CarryOutOptions> = {}): Promise<WishEnd> {
  return await carryOut(deps, shift, { timeoutMs: undefined, ...options }, new AbortController().signal);
}
