/** What the simulated worlds found: each once went wrong in some seed. */
import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import { createMemoryState, type MemoryState } from '../../src/store/memory.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import type { Process } from './support/process.ts';
import { createWorld, openStore, type World } from './support/world.ts';

const allRight = { left: 0, right: 100 };

interface Run {
  readonly process: Process;
  readonly stop: AbortController;
  readonly end: Promise<unknown>;
}

function start(world: World): Run {
  const process = world.boot();
  const stop = new AbortController();
  const end = runController(process.deps, stop.signal);
  end.catch(() => undefined);
  return { process, stop, end };
}

const isServing = (world: World) => () => world.sink.entry?.spill.length === 2;
const isOpen = (world: World) => () =>
  world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'verifying');

/** The gateway's file is gone. */
function lose(world: World): void {
  world.sink.entry = undefined;
  world.sink.epoch = 0;
}

async function failOver(world: World): Promise<Run> {
  const run = start(world);
  await world.until('both proven', isServing(world));
  world.left.crash(0);
  await world.until('a failover that settles', isOpen(world));
  return run;
}

test('I7: a gateway that lost its table gets back what an unfinished move has reached', async () => {
  const world = createWorld();
  const first = await failOver(world);
  first.process.kill();
  lose(world);
  const second = start(world);
  await world.until('a table', () => world.sink.entry !== undefined, 20_000);
  expect(world.sink.entry?.weights).toEqual(allRight);
  second.stop.abort();
  await world.drive(second.end);
});

test('I7: a gateway that came back with an older table is no authority on the weights', async () => {
  const world = createWorld();
  const first = await failOver(world);
  first.process.kill();
  const older = world.sink.accepted.findLast(({ weights }) => weights['left'] === 100);
  world.sink.entry = older;
  const second = start(world);
  await world.until('a newer table', () => world.sink.entry !== older, 20_000);
  expect(world.sink.entry?.weights).toEqual(allRight);
  second.stop.abort();
  await world.drive(second.end);
});

test('I7: a gateway that lost its table gets back what somebody had set by hand', async () => {
  const world = createWorld();
  const first = start(world);
  await world.until('both proven', isServing(world));
  const { entry } = world.sink;
  if (entry === undefined) throw new Error('a table');
  world.sink.entry = { ...entry, weights: allRight, routeVersion: entry.routeVersion + 100 };
  await world.until(
    'it is taken over',
    () => (world.sink.accepted.at(-1)?.routeVersion ?? 0) > entry.routeVersion + 100,
    30_000,
  );
  first.process.kill();
  lose(world);
  const second = start(world);
  await world.until('a table', () => world.sink.entry !== undefined, 20_000);
  expect(world.sink.entry?.weights).toEqual(allRight);
  second.stop.abort();
  await world.drive(second.end);
});

/** As a backup of the file taken now would hold. */
function copyOf(state: MemoryState): MemoryState {
  const copy = createMemoryState();
  copy.entries.push(...state.entries);
  for (const [id, kept] of state.operations) copy.operations.set(id, kept);
  for (const [name, revision] of state.revisions) copy.revisions.set(name, revision);
  for (const [name, lease] of state.leases) copy.leases.set(name, lease);
  return copy;
}

test('I30: an older copy of the state leaves no mark on the gateway', async () => {
  const world = createWorld();
  const first = start(world);
  await world.until('both proven', isServing(world));
  const older = copyOf(world.state);
  world.left.crash(0);
  await world.until('a failover that settles', isOpen(world));
  first.stop.abort();
  await world.drive(first.end);
  const { epoch } = world.sink;
  const asked = world.sink.asked.length;
  for (let times = 0; times < 3; times += 1) {
    const { deps } = world.boot();
    const store = openStore(older, world.clock, 200 + times);
    const end = runController({ ...deps, store, random: createSeededRandom(times) }, new AbortController().signal);
    await expect(world.drive(end)).rejects.toMatchObject({ code: 'StoreCorrupt' });
  }
  expect(world.sink.epoch).toBe(epoch);
  expect(world.sink.asked.length).toBe(asked);
});
