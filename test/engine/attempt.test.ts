import { expect, test } from 'vitest';
import { attemptWrite } from '../../src/engine/attempt.ts';
import { gripLease, type LeaseGrip } from '../../src/engine/lease-grip.ts';
import type { Reply } from '../../src/model/outcome.ts';
import type { ErrorClass, ProviderError } from '../../src/model/provider-error.ts';
import type { WriteCall } from '../../src/ports/call.ts';
import { createWorld, leaseMarginMs, leaseTtlMs, type World } from './support/world.ts';

type Write = (call: WriteCall) => Promise<Reply<string>>;

const refusal = (kind: ErrorClass, change: Partial<ProviderError> = {}): Reply<string> => ({
  kind: 'refused',
  error: { class: kind, code: 'Code', message: 'not now', ...change },
});
const done: Reply<string> = { kind: 'done', value: 'made' };

/** The lease's renewals fail from the moment it is asked for, so that it runs out. */
async function open({ renews = true, ttlMs = leaseTtlMs } = {}) {
  const world = createWorld();
  const { deps } = world.boot();
  const lease = {
    ...deps.store.lease,
    renew: renews ? deps.store.lease.renew : () => Promise.reject(new Error('disk')),
  };
  const config = { ...deps.config, lease: { ...deps.config.lease, ttlMs } };
  const own = { ...deps, config, store: { ...deps.store, lease } };
  const reply = await world.drive(gripLease(own, 'chat', new AbortController().signal));
  if (reply.kind !== 'held') throw new Error('not held');
  return { world, grip: reply.grip, deps: own };
}

interface Opened {
  readonly world: World;
  readonly grip: LeaseGrip;
  readonly deps: Parameters<typeof attemptWrite>[0];
}

async function attempt(
  { world, grip, deps }: Opened,
  write: Write,
  change: { withinMs?: number; tryMs?: number } = {},
) {
  const calls: { readonly call: WriteCall; readonly atMonoMs: number; readonly leftMs: number }[] = [];
  const stop = new AbortController();
  const terms = {
    ...{ operationId: 'op-1', idempotencyKey: 'op-1/0', signal: stop.signal },
    deadlineAtMonoMs: world.clock.monoMs() + (change.withinMs ?? 60_000),
    tryTimeoutMs: change.tryMs ?? 500,
  };
  const run = attemptWrite(deps, grip, terms, (call) => {
    calls.push({ call, atMonoMs: world.clock.monoMs(), leftMs: grip.remainingMs() });
    return write(call);
  });
  return { calls, stop, run };
}

test('carries operation, epoch and key to the port and gives its answer', async () => {
  const opened = await open();
  const { calls, run } = await attempt(opened, async () => done);
  expect(await opened.world.drive(run)).toEqual(done);
  expect(calls.map(({ call }) => call)).toMatchObject([{ operationId: 'op-1', idempotencyKey: 'op-1/0', epoch: 1 }]);
});

test.for([
  ['transient', 4],
  ['throttled', 6],
  ['auth', 2],
  ['not-found', 2],
  ['capacity', 1],
  ['quota', 1],
  ['invalid', 1],
  ['conflict', 1],
  ['unknown', 1],
] as const)('I24: a refusal of class %s is tried %i times in all', async ([kind, tries]) => {
  const opened = await open();
  const { calls, run } = await attempt(opened, async () => refusal(kind));
  expect(await opened.world.drive(run)).toEqual(refusal(kind));
  expect(calls).toHaveLength(tries);
});

test('I24: waits grow and differ from one caller to the next', async () => {
  const waits = await Promise.all(
    [1, 2, 3].map(async (processes) => {
      const world = createWorld();
      for (let made = 1; made < processes; made += 1) world.boot();
      const { deps } = world.boot();
      const reply = await world.drive(gripLease(deps, 'chat', new AbortController().signal));
      if (reply.kind !== 'held') throw new Error('not held');
      const asked: number[] = [];
      const sleep: typeof deps.clock.sleep = (ms, signal) => {
        asked.push(ms);
        return deps.clock.sleep(ms, signal);
      };
      const own = { ...deps, clock: { ...deps.clock, sleep } };
      const { run } = await attempt({ world, grip: reply.grip, deps: own }, async () => refusal('transient'), {
        tryMs: 499,
      });
      await world.drive(run);
      return asked.filter((ms) => ms !== 499);
    }),
  );
  expect(new Set(waits.map((each) => each.join())).size).toBe(3);
  for (const [first = 0, second = 0, third = 0] of waits) {
    expect([first >= 50 && first <= 100, second >= 100 && second <= 200, third >= 200 && third <= 400]).toEqual([
      true,
      true,
      true,
    ]);
  }
});

test('I25: a throttled call is made again after the time the provider named, not before', async () => {
  const opened = await open();
  const replies = [refusal('throttled', { retryAfterMs: 3000 }), done];
  const { calls, run } = await attempt(opened, async () => replies.shift() ?? done);
  expect(await opened.world.drive(run)).toEqual(done);
  const [first, second] = calls;
  expect((second?.atMonoMs ?? 0) - (first?.atMonoMs ?? 0)).toBeGreaterThanOrEqual(3000);
});

test('does not wait beyond the deadline for another try', async () => {
  const opened = await open();
  const { calls, run } = await attempt(opened, async () => refusal('throttled', { retryAfterMs: 3000 }), {
    withinMs: 3000,
  });
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'refused', error: { class: 'throttled' } });
  expect(calls).toHaveLength(1);
});

test('I1: no try outlives the lease, whatever time-out it was given', async () => {
  const opened = await open();
  const { calls, run } = await attempt(opened, async () => refusal('transient'), { tryMs: 60_000 });
  await opened.world.drive(run);
  for (const { call, atMonoMs, leftMs } of calls) {
    expect(call.deadlineAtMonoMs - atMonoMs).toBe(leftMs * 0.75);
    expect(leftMs).toBeLessThanOrEqual(leaseTtlMs - leaseMarginMs);
  }
});

test('I1: a lease that ends in the middle of the retries ends them', async () => {
  const opened = await open({ renews: false });
  const { calls, run } = await attempt(opened, async () => refusal('throttled', { retryAfterMs: 350 }));
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'refused', error: { code: 'LeaseLost' } });
  expect(calls.length).toBe(3);
  for (const { leftMs } of calls) expect(leftMs).toBeGreaterThan(0);
});

test('I1: an answer that comes after the lease ended is unknown', async () => {
  const opened = await open({ renews: false });
  const { run } = await attempt(opened, async () => {
    // Somebody let go of it while the call was under way.
    opened.grip.drop();
    return done;
  });
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'unknown', error: { code: 'LeaseLost' } });
});

test('no answer in time is unknown and is not tried again', async () => {
  const opened = await open();
  const { calls, run } = await attempt(opened, () => new Promise(() => undefined), { tryMs: 200 });
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'unknown', error: { code: 'NoAnswer' } });
  expect(calls).toHaveLength(1);
});

test.for([
  { tryMs: 30_000, ownMs: 29_700 },
  { tryMs: 1200, ownMs: 900 },
  { tryMs: 400, ownMs: 300 },
])('a port that gives up at its own deadline is heard: $ownMs of $tryMs ms, and is not asked again', async (each) => {
  const opened = await open({ ttlMs: 100_000 });
  const { clock } = opened.world;
  const beganMs = clock.monoMs();
  const { calls, run } = await attempt(
    opened,
    ({ deadlineAtMonoMs }) =>
      new Promise((resolve) => clock.after(deadlineAtMonoMs - clock.monoMs(), () => resolve(refusal('transient')))),
    { tryMs: each.tryMs },
  );
  expect(await opened.world.drive(run, 60_000)).toEqual(refusal('transient'));
  expect(clock.monoMs() - beganMs).toBeLessThan(each.tryMs);
  expect(calls.map(({ call, atMonoMs }) => call.deadlineAtMonoMs - atMonoMs)).toEqual([each.ownMs]);
});

test('a port that throws is unknown and is not tried again', async () => {
  const opened = await open();
  const { calls, run } = await attempt(opened, () => Promise.reject(new Error('broke')));
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'unknown', error: { code: 'PortThrew' } });
  expect(calls).toHaveLength(1);
});

test.for(['before the first try', 'between two tries'] as const)('a caller that gives up %s ends it', async (when) => {
  const opened = await open();
  const { calls, stop, run } = await attempt(opened, async () => {
    setImmediate(() => stop.abort());
    return refusal('throttled', { retryAfterMs: 3000 });
  });
  if (when === 'before the first try') {
    const aborted = AbortSignal.abort();
    const terms = { operationId: 'op-2', idempotencyKey: 'op-2/0', deadlineAtMonoMs: Infinity, tryTimeoutMs: 1 };
    const reply = await attemptWrite(opened.deps, opened.grip, { ...terms, signal: aborted }, async () => done);
    expect(reply).toMatchObject({ kind: 'refused', error: { code: 'NoTime' } });
  }
  expect(await opened.world.drive(run)).toMatchObject({ kind: 'refused', error: { class: 'throttled' } });
  expect(calls).toHaveLength(1);
});
