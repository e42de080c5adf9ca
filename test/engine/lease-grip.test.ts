import { expect, test } from 'vitest';
import type { EngineDeps } from '../../src/engine/engine.ts';
import { type GripReply, gripLease, type LeaseGrip } from '../../src/engine/lease-grip.ts';
import { createWorld, leaseMarginMs, leaseTtlMs } from './support/world.ts';

const calm = new AbortController().signal;

function held(reply: GripReply): LeaseGrip {
  if (reply.kind !== 'held') throw new Error(`not held: ${reply.kind}`);
  return reply.grip;
}

/** A process whose renewals go through `renew` as long as it is set. */
function withRenew(deps: EngineDeps, renew: { now: EngineDeps['store']['lease']['renew'] | undefined }): EngineDeps {
  const { lease } = deps.store;
  const own = { ...lease, renew: (given: Parameters<typeof lease.renew>[0]) => (renew.now ?? lease.renew)(given) };
  return { ...deps, store: { ...deps.store, lease: own } };
}

test('a free lease is held at once and usable for its ttl less the margin', async () => {
  const world = createWorld();
  const grip = held(await gripLease(world.boot().deps, 'chat', calm));
  expect(grip.epoch).toBe(1);
  expect(grip.remainingMs()).toBe(leaseTtlMs - leaseMarginMs);
  expect(grip.lost.aborted).toBe(false);
});

test('is renewed in the background, so that it never comes near its end', async () => {
  const world = createWorld();
  const grip = held(await gripLease(world.boot().deps, 'chat', calm));
  for (let turns = 0; turns < 50; turns += 1) {
    await world.pass(100);
    expect(grip.remainingMs()).toBeGreaterThan(leaseTtlMs - leaseMarginMs - 300);
  }
});

test('I2: of two processes one holds it; the other is told who, once it has seen a renewal', async () => {
  const world = createWorld();
  held(await gripLease(world.boot().deps, 'chat', calm));
  const reply = await world.drive(gripLease(world.boot().deps, 'chat', calm), 500);
  expect(reply).toMatchObject({ kind: 'busy', record: { epoch: 1, holder: { pid: 1 } } });
});

test('I2: a holder that died is waited out for its whole ttl and followed by the next epoch', async () => {
  const world = createWorld();
  const first = world.boot();
  held(await gripLease(first.deps, 'chat', calm));
  first.kill();
  const startedMonoMs = world.clock.monoMs();
  const grip = held(await world.drive(gripLease(world.boot().deps, 'chat', calm)));
  expect(grip.epoch).toBe(2);
  expect(world.clock.monoMs() - startedMonoMs).toBeGreaterThanOrEqual(leaseTtlMs);
  expect(world.clock.monoMs() - startedMonoMs).toBeLessThan(2 * leaseTtlMs);
});

test('does not wait for ever where the store never frees a lease that stands still', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const record = {
    deployment: 'chat',
    holder: deps.actor,
    epoch: 4,
    ttlMs: leaseTtlMs,
    heldMs: 60_000,
    renewedAtMs: 0,
  };
  const lease = { ...deps.store.lease, acquire: async () => ({ kind: 'busy', record }) as const };
  const reply = gripLease({ ...deps, store: { ...deps.store, lease } }, 'chat', calm);
  expect(await world.drive(reply, 3 * leaseTtlMs)).toEqual({ kind: 'busy', record });
});

test('Ctrl-C ends the wait for a lease', async () => {
  const world = createWorld();
  const first = world.boot();
  held(await gripLease(first.deps, 'chat', calm));
  first.kill();
  const stop = new AbortController();
  const reply = gripLease(world.boot().deps, 'chat', stop.signal);
  await world.pass(100);
  stop.abort();
  expect(await world.drive(reply, 20)).toEqual({ kind: 'stopped' });
});

test('I1: while the store fails it runs out on our own clock, and is lost then', async () => {
  const world = createWorld();
  const renew = { now: () => Promise.reject(new Error('disk')) };
  const grip = held(await gripLease(withRenew(world.boot().deps, renew), 'chat', calm));
  await world.pass(leaseTtlMs - leaseMarginMs - 20);
  expect([grip.remainingMs(), grip.lost.aborted]).toEqual([20, false]);
  await world.pass(20);
  expect([grip.remainingMs(), grip.lost.aborted]).toEqual([0, true]);
  expect(grip.successor()).toBeUndefined();
});

test('I1: a store that does not answer at all does not keep it alive either', async () => {
  const world = createWorld();
  const grip = held(
    await gripLease(withRenew(world.boot().deps, { now: () => new Promise(() => undefined) }), 'chat', calm),
  );
  await world.pass(leaseTtlMs);
  expect([grip.remainingMs() <= 0, grip.lost.aborted]).toEqual([true, true]);
  await world.drive(grip.release(), 20);
});

test('I1: one that ran out while the process was paused stays lost, and is free for others', async () => {
  const world = createWorld();
  const grip = held(await gripLease(world.boot().deps, 'chat', calm));
  world.clock.advance(5 * leaseTtlMs);
  await world.pass(500);
  expect([grip.remainingMs(), grip.lost.aborted]).toEqual([0, true]);
  await world.drive(grip.release(), 20);
  expect(held(await gripLease(world.boot().deps, 'chat', calm)).epoch).toBe(2);
});

test('I1: a renewal whose answer came while the process was paused does not bring it back', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  let answer: (() => void) | undefined;
  const slow: Parameters<typeof withRenew>[1] = {
    now: async (lease) => {
      const reply = await deps.store.lease.renew(lease);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return reply;
    },
  };
  const grip = held(await gripLease(withRenew(deps, slow), 'chat', calm));
  await world.until('a renewal', () => answer !== undefined);
  answer?.();
  world.clock.advance(5 * leaseTtlMs);
  await world.pass(100);
  expect([grip.remainingMs(), grip.lost.aborted]).toEqual([0, true]);
});

test('a failure of the store that passes costs nothing', async () => {
  const world = createWorld();
  const renew: Parameters<typeof withRenew>[1] = { now: () => Promise.reject(new Error('disk')) };
  const grip = held(await gripLease(withRenew(world.boot().deps, renew), 'chat', calm));
  await world.pass(500);
  renew.now = undefined;
  await world.pass(5000);
  expect([grip.remainingMs() > 0, grip.lost.aborted]).toEqual([true, false]);
});

test('I2: one that was taken over is lost at the next renewal and names the new holder', async () => {
  const world = createWorld();
  const renew: Parameters<typeof withRenew>[1] = { now: () => new Promise(() => undefined) };
  const paused = held(await gripLease(withRenew(world.boot().deps, renew), 'chat', calm));
  const next = held(await world.drive(gripLease(world.boot().deps, 'chat', calm)));
  expect(paused.remainingMs()).toBeLessThanOrEqual(0);
  const alone = createWorld();
  const first = held(await gripLease(alone.boot().deps, 'chat', calm));
  const row = alone.state.leases.get('chat');
  if (row !== undefined) alone.state.leases.set('chat', { ...row, holderId: 'somebody else' });
  await alone.pass(200);
  expect([first.lost.aborted, first.remainingMs()]).toEqual([true, 0]);
  expect(first.successor()).toMatchObject({ deployment: 'chat' });
  expect(next.epoch).toBe(2);
});

test('released it is free for others at once, and of no use any more', async () => {
  const world = createWorld();
  const grip = held(await gripLease(world.boot().deps, 'chat', calm));
  await grip.release();
  expect(grip.remainingMs()).toBeLessThanOrEqual(0);
  expect(held(await gripLease(world.boot().deps, 'chat', calm)).epoch).toBe(2);
});

test('what cannot be released is left to run out', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const lease = { ...deps.store.lease, release: () => Promise.reject(new Error('disk')) };
  const grip = held(await gripLease({ ...deps, store: { ...deps.store, lease } }, 'chat', calm));
  await grip.release();
  expect(held(await world.drive(gripLease(world.boot().deps, 'chat', calm))).epoch).toBe(2);
});

test('I28: jumps of the wall clock neither end nor lengthen it', async () => {
  const world = createWorld();
  const grip = held(await gripLease(world.boot().deps, 'chat', calm));
  const before = grip.remainingMs();
  world.clock.jumpWall(10 * 365 * 86_400_000);
  expect(grip.remainingMs()).toBe(before);
  world.clock.jumpWall(-20 * 365 * 86_400_000);
  expect(grip.remainingMs()).toBe(before);
});
