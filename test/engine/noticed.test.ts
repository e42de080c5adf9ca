import { expect, onTestFinished, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import { reasonsOf } from '../../src/model/decision.ts';
import { preemptionOf } from './support/fake-cloud.ts';
import { createWorld, type World, type WorldChange } from './support/world.ts';

/** All planted, and the controller leads until the test ends. */
async function serving(change: WorldChange): Promise<World> {
  const world = createWorld(change);
  for (const { site, replicas } of world.deployment.placements)
    for (let slot = 0; slot < replicas; slot += 1) world.clouds.get(site)?.plant(slot);
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  end.catch(() => undefined);
  await world.until('all proven', () => world.sink.entry?.spill.length === world.deployment.placements.length);
  onTestFinished(async () => {
    stop.abort();
    await world.drive(end);
    expect(world.violations).toEqual([]);
  });
  return world;
}

const stateOf = (world: World, id: string): string | undefined =>
  world.sink.entry?.sites.flatMap(({ replicas }) => replicas).find((each) => each.id === id)?.state;

test('a replica that is announced drains while another of its site serves, is replaced once it is gone, and nothing moves', async () => {
  const world = await serving({ sites: { left: 2, right: 1 } });
  const weights = world.sink.entry?.weights;
  world.left.told = [preemptionOf({ id: 'left-1' })];
  await world.until('it drains', () => stateOf(world, 'left-1') === 'draining');
  expect(stateOf(world, 'left-2')).toBe('serving');
  expect(world.left.made).toEqual([]);
  world.left.crash(0);
  world.left.told = [];
  await world.until('another is started', () => world.left.made.length === 1);
  expect(world.left.made[0]).toMatchObject({ slot: 0 });
  await world.until('it serves', () => stateOf(world, world.left.made[0]?.id ?? '') === 'serving');
  expect(world.sink.entry?.weights).toEqual(weights);
  expect(world.operations().map(({ plan }) => plan.kind)).toEqual(['start']);
});

test('what nothing comes of serves again once it is announced no more, and nothing else was done for it', async () => {
  const world = await serving({ sites: { left: 2, right: 1 } });
  world.left.told = [preemptionOf({ id: 'left-1' })];
  await world.until('it drains', () => stateOf(world, 'left-1') === 'draining');
  world.left.told = [];
  await world.until('it serves', () => stateOf(world, 'left-1') === 'serving');
  expect(world.operations()).toEqual([]);
  expect([...world.left.asked, ...world.right.asked]).toEqual([]);
});

test('while what is announced cannot be read, what was said last stays so', async () => {
  const world = await serving({ sites: { left: 2, right: 1 } });
  world.left.told = [preemptionOf({ id: 'left-1' })];
  await world.until('it drains', () => stateOf(world, 'left-1') === 'draining');
  world.left.told = undefined;
  await world.pass(65_000);
  expect(stateOf(world, 'left-1')).toBe('draining');
});

test('the last one goes on, and no traffic is moved away from it by a notice', async () => {
  const world = await serving({});
  world.left.told = [preemptionOf({ id: 'left-1' })];
  await world.until('it is told', () => world.events.some(({ type }) => type === 'notice'));
  await world.pass(5000);
  expect(stateOf(world, 'left-1')).toBe('serving');
  expect(world.operations()).toEqual([]);
});

test('nothing is moved to what will be gone in a moment: the reason says so', async () => {
  const world = await serving({});
  world.right.told = [preemptionOf({ id: 'right-1' })];
  await world.until('it is told', () => world.events.some(({ type }) => type === 'notice'));
  world.left.crash(0);
  const reasons = (): readonly string[] =>
    world
      .journal()
      .flatMap((body) => (body.kind === 'decision' ? reasonsOf(body.decision).map(({ code }) => code) : []));
  await world.until('the reason', () => reasons().includes('ReplicaLeaving'));
  expect(world.operations().filter(({ plan }) => plan.kind === 'failover')).toEqual([]);
  // What could bring the site itself back is not held up by it.
  await world.until('another at the site itself', () => world.left.made.length === 1);
});
