import { expect, test } from 'vitest';
import { carryOut } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { preview } from '../../src/engine/preview.ts';
import type { Wish } from '../../src/model/wish.ts';
import { blackhole } from '../core/support/view.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import type { Death } from './support/process.ts';
import { createWorld, type World } from './support/world.ts';

const shift: Wish = { deployment: 'chat', kind: 'shift', from: 'left', to: 'right', reason: 'drivers', forMs: 60_000 };

/** Both sites stand, the gateway has its table, and a drill black-holes `left`. */
async function openDrilled(): Promise<World> {
  const world = createWorld();
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(end);
  world.sink.drilled = [blackhole({ untilMs: Number.MAX_SAFE_INTEGER })];
  return world;
}

async function type(world: World, death?: Death): Promise<unknown> {
  const { deps } = world.boot(death);
  return await world.drive(carryOut(deps, shift, { timeoutMs: undefined }, new AbortController().signal));
}

/** What the operations did, in order, by the name of the step. */
function done(world: World): readonly string[] {
  return world.journal().flatMap((body) => (body.kind === 'step' ? [`${body.step} ${body.state}`] : []));
}

test('a person’s move during a drill undoes the fault before it touches a weight', async () => {
  const world = await openDrilled();
  const { planned } = await world.drive(preview(world.boot().deps, shift, new AbortController().signal));
  expect(planned?.plan.steps[0]).toMatchObject({ kind: 'undo', run: 'loss-1' });
  const before = world.sink.accepted.length;
  world.trace.length = 0;
  expect(await type(world)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.sink.drilled).toEqual([]);
  expect(world.sink.lifted).toEqual([expect.stringMatching(/^op-\w+: manual shift, carried out by /)]);
  const lift = world.trace.indexOf('lift');
  expect(lift).toBeGreaterThan(world.trace.indexOf('append step 1-undo loss-1 intended'));
  expect(world.trace.findIndex((each) => /weigh .* intended/.test(each))).toBeGreaterThan(lift);
  expect(world.sink.accepted.length).toBeGreaterThan(before);
  expect(done(world)).toContain('1-undo loss-1 reached');
  expect(world.violations).toEqual([]);
});

test('while the fault cannot be undone nothing is moved', async () => {
  const world = await openDrilled();
  world.sink.mishaps.push(
    ...Array.from({ length: 5000 }, () => ({ refuse: { ...gatewayAbsent, class: 'invalid' as const } })),
  );
  const weights = world.sink.entry?.weights;
  expect(await type(world)).toMatchObject({ kind: 'ended', operation: { state: 'failed' } });
  expect(world.sink.entry?.weights).toEqual(weights);
  expect(world.sink.drilled).toHaveLength(1);
});

test('automation moves away from what a drill breaks and leaves the drill as it is', async () => {
  const world = await openDrilled();
  world.left.crash(0);
  world.sink.stats['left'] = { attempts: 50, failures: 50 };
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('a failover', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'done'),
  );
  expect(world.sink.lifted).toEqual([]);
  expect(world.sink.drilled).toHaveLength(1);
  stop.abort();
  await world.drive(end);
});
