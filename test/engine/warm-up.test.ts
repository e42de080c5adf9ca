import { expect, test } from 'vitest';
import type { Context } from '../../src/engine/context.ts';
import { gripLease } from '../../src/engine/lease-grip.ts';
import { openContext } from '../../src/engine/open-context.ts';
import { warmUp } from '../../src/engine/warm-up.ts';
import { createWorld, type World } from './support/world.ts';

const calm = new AbortController().signal;

async function open(world: World): Promise<Context> {
  const { deps } = world.boot();
  const reply = await world.drive(gripLease(deps, 'chat', calm));
  if (reply.kind !== 'held') throw new Error('not held');
  return (await openContext(deps, world.deployment, reply.grip)).ctx;
}

/** How long it took, in virtual milliseconds. */
async function warm(world: World, ctx: Context, signal = calm): Promise<number> {
  const began = world.clock.monoMs();
  await world.drive(warmUp(ctx, signal));
  return world.clock.monoMs() - began;
}

/** One probe time-out for each completion of a proof, and one more. */
const longestMs = 1200;

test('with nothing there it is over after one look', async () => {
  const world = createWorld();
  expect(await warm(world, await open(world))).toBeLessThan(100);
});

test('ends as soon as every replica is proven, faster than the probes’ own interval would allow', async () => {
  const world = createWorld();
  world.left.plant(0);
  world.right.plant(0);
  const ctx = await open(world);
  expect(await warm(world, ctx)).toBeLessThan(longestMs);
  for (const { replicas } of ctx.view().sites) expect(replicas[0]?.proof?.completions).toBeGreaterThanOrEqual(2);
});

test('a replica that is called bad is known too', async () => {
  const world = createWorld();
  world.left.plant(0);
  world.right.plant(0);
  world.probe.bad['left'] = 'Refused';
  const ctx = await open(world);
  expect(await warm(world, ctx)).toBeLessThan(longestMs);
  expect(ctx.view().sites[0]?.replicas[0]?.conditions).toMatchObject([{ state: 'bad' }]);
});

test('what has stopped is not waited for', async () => {
  const world = createWorld();
  const replica = world.left.plant(0);
  world.left.replicas.set(replica.id, { ...replica, state: 'stopped' });
  expect(await warm(world, await open(world))).toBeLessThan(100);
});

test.for(['never answers', 'cannot be listed'] as const)(
  'what %s is waited for as long as a few completions may take',
  async (what) => {
    const world = createWorld();
    world.left.plant(0);
    if (what === 'never answers') world.probe.mute.add('left');
    else world.left.listError = { class: 'auth', code: '401', message: 'expired' };
    const tookMs = await warm(world, await open(world));
    expect(tookMs).toBeGreaterThanOrEqual(longestMs);
    expect(tookMs).toBeLessThan(longestMs + 600);
  },
);

test.for(['the signal', 'that of a lost lease'] as const)('%s ends it', async (what) => {
  const world = createWorld();
  world.left.plant(0);
  world.probe.mute.add('left');
  const ctx = await open(world);
  const stop = new AbortController();
  const end = warmUp(ctx, what === 'the signal' ? stop.signal : ctx.grip.lost);
  await world.pass(100);
  if (what === 'the signal') stop.abort();
  else {
    const row = world.state.leases.get('chat');
    if (row !== undefined) world.state.leases.set('chat', { ...row, holderId: 'other' });
    await world.pass(300);
  }
  await world.drive(end, 20);
  expect(world.clock.monoMs()).toBeLessThan(1000 + longestMs);
});
