import { expect, test } from 'vitest';
import { type ControllerEnd, runController } from '../../src/engine/controller.ts';
import type { EngineDeps } from '../../src/engine/engine.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import type { Process } from './support/process.ts';
import { createWorld, leaseTtlMs, type World } from './support/world.ts';

interface Run {
  readonly process: Process;
  readonly stop: AbortController;
  readonly end: Promise<ControllerEnd>;
}

function start(world: World, change: (deps: EngineDeps) => EngineDeps = (deps) => deps): Run {
  const process = world.boot();
  const stop = new AbortController();
  const end = runController(change(process.deps), stop.signal);
  end.catch(() => undefined);
  return { process, stop, end };
}

const isServing = (world: World) => () => world.sink.entry?.spill.length === 2;

test('starts what is missing, proves it, and publishes it', async () => {
  const world = createWorld();
  const run = start(world);
  await world.until('both proven', isServing(world));
  expect(world.sink.entry?.weights).toEqual({ left: 100, right: 0 });
  expect([world.left.made.length, world.right.made.length]).toEqual([1, 1]);
  run.stop.abort();
  expect(await world.drive(run.end)).toEqual({ kind: 'stopped' });
  expect(world.violations).toEqual([]);
});

test('I2: marks the gateway with its epoch before it reads or decides', async () => {
  const world = createWorld();
  const run = start(world);
  await world.until('both proven', isServing(world));
  const changing = world.trace.filter((line) => !line.startsWith('append lease'));
  expect(changing[0]).toBe('stamp takeover/1');
  run.stop.abort();
  await world.drive(run.end);
});

test('moves the traffic when the active site dies, and starts again what died', async () => {
  const world = createWorld();
  const run = start(world);
  await world.until('both proven', isServing(world));
  world.left.crash(0);
  await world.until('a failover', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'done'),
  );
  expect(world.sink.history()).toEqual([
    { left: 100, right: 0 },
    { left: 0, right: 100 },
  ]);
  // A person who is alone with the gateway goes back to what was before the move.
  const moved = world.sink.accepted.find(({ weights }) => weights['right'] === 100);
  expect(moved?.before).toEqual({ left: 100, right: 0 });
  expect(world.left.made).toHaveLength(2);
  run.stop.abort();
  await world.drive(run.end);
  expect(world.violations).toEqual([]);
});

test('a gateway that is not there is no reason not to start; it gets its table when it comes', async () => {
  const world = createWorld();
  world.sink.absent = gatewayAbsent;
  const run = start(world);
  await world.until('both started', () => world.left.made.length + world.right.made.length === 2);
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'warning' }));
  world.sink.absent = undefined;
  await world.until('both published', isServing(world), 20_000);
  run.stop.abort();
  await world.drive(run.end);
});

test('I2: of two controllers on one store one acts, and the other says who does', async () => {
  const world = createWorld();
  const first = start(world);
  const second = start(world);
  expect(await world.drive(second.end)).toMatchObject({ kind: 'lease-held', record: { holder: { pid: 1 } } });
  await world.until('both proven', isServing(world));
  expect([...world.left.asked, ...world.right.asked].every(({ call }) => call.epoch === 1)).toBe(true);
  first.stop.abort();
  await world.drive(first.end);
  expect(world.violations).toEqual([]);
});

test('I2: a successor goes on at once where a controller was stopped', async () => {
  const world = createWorld();
  const first = start(world);
  await world.until('both proven', isServing(world));
  first.stop.abort();
  await world.drive(first.end);
  const second = start(world);
  await world.until('the new epoch', () => world.sink.entry?.epoch === 2, 2000);
  expect([world.left.made.length, world.right.made.length]).toEqual([1, 1]);
  second.stop.abort();
  await world.drive(second.end);
});

test('I1, I2: a controller that stood still for longer than its lease changes nothing when it wakes', async () => {
  const world = createWorld();
  let isFrozen = false;
  const waiting: (() => void)[] = [];
  const frozen = start(world, (deps) => ({
    ...deps,
    clock: {
      ...deps.clock,
      async sleep(ms, signal) {
        await deps.clock.sleep(ms, signal);
        if (isFrozen) await new Promise<void>((wake) => waiting.push(wake));
      },
    },
  }));
  await world.until('both proven', isServing(world));
  isFrozen = true;
  world.left.crash(0);
  await world.pass(2 * leaseTtlMs);
  const second = start(world);
  await world.until('the failover', () => world.sink.entry?.weights['right'] === 100);
  const asked = world.sink.asked.length;
  isFrozen = false;
  for (const wake of waiting) wake();
  expect(await world.drive(frozen.end)).toMatchObject({ kind: 'lease-lost', record: { epoch: 2 } });
  expect(world.sink.asked.slice(asked).filter(({ call }) => call.epoch === 1)).toEqual([]);
  second.stop.abort();
  await world.drive(second.end);
  expect(world.violations).toEqual([]);
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'lease-lost' }));
});

test('I2: a store that already knows a newer holder ends it as a lost lease, not as a failure', async () => {
  const world = createWorld();
  const run = start(world);
  await world.until('both proven', isServing(world));
  const row = world.state.leases.get('chat');
  if (row === undefined) throw new Error('no lease');
  // Between two renewals, so that the journal is the first to say so.
  world.state.leases.set('chat', { ...row, holderId: 'other', record: { ...row.record, epoch: row.record.epoch + 1 } });
  world.left.crash(0);
  expect(await world.drive(run.end)).toMatchObject({ kind: 'lease-lost', record: { epoch: 2 } });
});

test('I29: a journal that cannot be written stops everything, also an operation that is under way', async () => {
  const world = createWorld();
  let isFull = false;
  const run = start(world, (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      journal: {
        ...deps.store.journal,
        append: async (drafts) => {
          if (isFull) throw new Error('ENOSPC');
          return await deps.store.journal.append(drafts);
        },
      },
    },
  }));
  await world.until('both proven', isServing(world));
  world.left.crash(0);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'failover'));
  isFull = true;
  const asked = world.sink.asked.length;
  await expect(world.drive(run.end, 5000)).rejects.toThrow('ENOSPC');
  await world.pass(5000);
  // One call may have been under way when its result could not be kept.
  expect(world.sink.asked.length - asked).toBeLessThanOrEqual(1);
  expect(world.violations).toEqual([]);
});

test('I29: a store that fails once inside an operation ends the run: nobody would go on with the operation', async () => {
  const world = createWorld();
  let failures = 0;
  const run = start(world, (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      journal: {
        ...deps.store.journal,
        append: async (drafts) => {
          const isIntent = drafts.some(({ body }) => body.kind === 'step' && body.step.includes('weigh'));
          if (isIntent && failures++ === 0) throw new Error('EIO');
          return await deps.store.journal.append(drafts);
        },
      },
    },
  }));
  await world.until('both proven', isServing(world));
  world.left.crash(0);
  await expect(world.drive(run.end, 10_000)).rejects.toThrow('EIO');
  const next = start(world);
  await world.until('the failover', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'done'),
  );
  next.stop.abort();
  await world.drive(next.end);
});

test.for(['while it waits for the lease', 'while it warms up', 'in an operation'] as const)(
  'Ctrl-C ends it at once %s',
  async (when) => {
    const world = createWorld();
    let first: Run | undefined;
    if (when === 'while it waits for the lease') {
      first = start(world);
      await world.pass(100);
      first.process.kill();
    }
    if (when === 'while it warms up') {
      for (const cloud of [world.left, world.right]) cloud.plant(0);
      world.probe.mute.add('left');
    }
    const run = start(world);
    await world.pass(200);
    run.stop.abort();
    expect(await world.drive(run.end, 300)).toEqual({ kind: 'stopped' });
    expect(world.state.leases.get('chat')?.holderId === undefined).toBe(when !== 'while it waits for the lease');
    expect(world.violations).toEqual([]);
  },
);

/** A second deployment beside `chat`, whose lease and journal this run may break. */
function withTwo(deps: EngineDeps): EngineDeps {
  const [chat] = deps.config.deployments;
  if (chat === undefined) throw new Error('no deployment');
  const embed = { ...chat, name: 'embed', placements: [] };
  return { ...deps, config: { ...deps.config, deployments: [chat, embed] } };
}

test('two controllers share the deployments, and one goes on with all when the other ends', async () => {
  const world = createWorld();
  const only = (name: string) => (deps: EngineDeps) => {
    const two = withTwo(deps);
    const deployments = two.config.deployments.filter((each) => each.name === name);
    return { ...two, config: { ...two.config, deployments } };
  };
  const first = start(world, only('chat'));
  await world.until('chat led', () => world.state.leases.has('chat'));
  const second = start(world, withTwo);
  await world.until('embed led', () => world.state.leases.get('embed')?.holderId !== undefined);
  await world.pass(3 * leaseTtlMs);
  expect(world.state.leases.get('chat')?.record.holder).toMatchObject({ pid: 1 });
  expect(world.events).toContainEqual(
    expect.objectContaining({ type: 'warning', message: 'godwit@here (pid 1) leads it; standing by' }),
  );
  first.stop.abort();
  await world.drive(first.end);
  await world.until('chat taken over', () => world.state.leases.get('chat')?.record.holder.pid === 2, 5 * leaseTtlMs);
  second.stop.abort();
  expect(await world.drive(second.end)).toEqual({ kind: 'stopped' });
});

test('one that stands by ends when it is told to', async () => {
  const world = createWorld();
  const first = start(world);
  await world.until('both proven', isServing(world));
  const second = start(world, withTwo);
  await world.until('embed led', () => world.state.leases.get('embed')?.holderId !== undefined);
  await world.pass(2 * leaseTtlMs);
  second.stop.abort();
  expect(await world.drive(second.end)).toEqual({ kind: 'stopped' });
  first.stop.abort();
  await world.drive(first.end);
});

test('one that leads nothing ends and says who leads', async () => {
  const world = createWorld();
  const first = start(world, withTwo);
  await world.until('both leases', () => world.state.leases.size === 2);
  expect(await world.drive(start(world, withTwo).end)).toMatchObject({
    kind: 'lease-held',
    record: { holder: { pid: 1 } },
  });
  first.stop.abort();
  await world.drive(first.end);
});

test('when one deployment loses its lease all stop', async () => {
  const world = createWorld();
  const run = start(world, withTwo);
  await world.until('both leases', () => world.state.leases.size === 2);
  const row = world.state.leases.get('embed');
  if (row !== undefined) world.state.leases.set('embed', { ...row, holderId: 'somebody else' });
  expect(await world.drive(run.end)).toMatchObject({ kind: 'lease-lost', record: { deployment: 'embed' } });
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});

test('when one deployment fails all stop, and it ends once they have', async () => {
  const world = createWorld();
  const run = start(world, (deps) => {
    const { operations } = deps.store;
    let turns = 0;
    const list: typeof operations.list = async (query) => {
      if (query.deployment === 'embed' && turns++ > 20) throw new Error('EIO');
      return await operations.list(query);
    };
    return withTwo({ ...deps, store: { ...deps.store, operations: { ...operations, list } } });
  });
  await expect(world.drive(run.end)).rejects.toThrow('EIO');
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
  const asked = world.left.asked.length + world.right.asked.length + world.sink.asked.length;
  await world.pass(3000);
  expect(world.left.asked.length + world.right.asked.length + world.sink.asked.length).toBe(asked);
});
