import { expect, test } from 'vitest';
import { gripLease } from '../../src/engine/lease-grip.ts';
import { tearDown } from '../../src/engine/tear-down.ts';
import { createWorld, type World } from './support/world.ts';

const calm = new AbortController().signal;

function openStanding(): World {
  const world = createWorld({ sites: { left: 2, right: 1 } });
  world.left.plant(0);
  world.left.plant(1);
  world.right.plant(0);
  return world;
}

const states = (world: World) =>
  [...world.left.replicas.values(), ...world.right.replicas.values()].map(({ state }) => state);

test('deletes every replica at every site, under the lease, and gives it back', async () => {
  const world = openStanding();
  expect(await world.drive(tearDown(world.boot().deps, calm))).toEqual([]);
  expect(states(world)).toEqual(['gone', 'gone', 'gone']);
  expect(world.violations).toEqual([]);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});

test('I2: does nothing while somebody else holds the lease, and says so', async () => {
  const world = openStanding();
  await gripLease(world.boot().deps, 'chat', calm);
  expect(await world.drive(tearDown(world.boot().deps, calm))).toEqual(['chat: its lease is held by somebody else']);
  expect(states(world)).toEqual(['running', 'running', 'running']);
});

test('names what may be left, and why, and goes on with the rest', async () => {
  const world = openStanding();
  world.left.faults.push(
    { refuse: { class: 'invalid', code: 'Protected', message: 'termination protection' } },
    'throw',
  );
  world.right.listError = { class: 'auth', code: '403', message: 'not permitted' };
  const left = await world.drive(tearDown(world.boot().deps, calm));
  expect([...left].sort()).toEqual([
    'left-1: termination protection',
    'left-2: the session broke',
    'right: not permitted',
  ]);
});

test.for(['never answers', 'throws'] as const)('a site whose list %s does not hold up the others', async (how) => {
  const world = openStanding();
  const list = how === 'throws' ? () => Promise.reject(new Error('broke')) : () => new Promise<never>(() => undefined);
  Object.assign(world.right, { list });
  const left = await world.drive(tearDown(world.boot().deps, calm), 11_000);
  expect(left).toEqual([how === 'throws' ? 'right: broke' : 'right: no answer within 10s']);
  expect([...world.left.replicas.values()].every(({ state }) => state === 'gone')).toBe(true);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});

test('Ctrl-C ends it; what was not deleted is named', async () => {
  const world = openStanding();
  const stop = new AbortController();
  world.left.faults.push('lose-request', 'lose-request');
  const end = tearDown(world.boot().deps, stop.signal);
  await world.pass(100);
  stop.abort();
  expect(await world.drive(end, 200)).toHaveLength(2);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});
