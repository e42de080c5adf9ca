import { expect, test } from 'vitest';
import { carryOut, type WishEnd } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import type { EngineDeps } from '../../src/engine/engine.ts';
import { GodwitError } from '../../src/errors.ts';
import type { Wish } from '../../src/model/wish.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import type { Process } from './support/process.ts';
import { createWorld, leaseTtlMs, type World } from './support/world.ts';

const wish: Wish = { ...{ deployment: 'chat', kind: 'switchover', from: undefined, to: 'right' }, reason: 'drill' };
const allRight = { left: 0, right: 100 };

/** Both sites stand and the gateway has its table, as a controller left it that ended since. */
async function openServing(): Promise<World> {
  const world = createWorld();
  const { end, stop } = startController(world);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(end);
  return world;
}

function startController(world: World) {
  const stop = new AbortController();
  const process = world.boot();
  const end = runController(process.deps, stop.signal);
  return { process, stop, end };
}

interface Typed {
  readonly process: Process;
  readonly stop: AbortController;
  readonly end: Promise<WishEnd>;
}

function type(
  world: World,
  change: Partial<Wish> = {},
  options: { timeoutMs?: number; deps?: (deps: EngineDeps) => EngineDeps } = {},
): Typed {
  const process = world.boot();
  const stop = new AbortController();
  const deps: EngineDeps = { ...process.deps, actor: { kind: 'person', name: 'ada', host: 'desk', pid: 7 } };
  const own = options.deps?.(deps) ?? deps;
  const end = carryOut(own, { ...wish, ...change }, { timeoutMs: options.timeoutMs }, stop.signal);
  end.catch(() => undefined);
  return { process, stop, end };
}

test('with no controller this process leads until the operation is done', async () => {
  const world = await openServing();
  const { end } = type(world);
  expect(await world.drive(end)).toMatchObject({ kind: 'ended', by: 'this-process', operation: { state: 'done' } });
  expect(world.sink.entry?.weights).toEqual(allRight);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
  expect(world.violations).toEqual([]);
});

test('a command that led leaves the record as it is at its end, not as it was in its midst', async () => {
  const world = await openServing();
  const seen = async () => {
    const snapshot = await world.boot().deps.store.snapshots.get('chat');
    const right = snapshot?.decision.diagnosis.sites.find(({ site }) => site === 'right');
    return { ready: right?.ready.length, open: snapshot?.view.open, last: snapshot?.view.recent[0]?.plan.kind };
  };
  const from = { from: 'right', to: undefined };
  await world.drive(type(world, { kind: 'stop', ...from }).end, 60_000);
  expect(await seen()).toEqual({ ready: 0, open: undefined, last: 'stop' });
  await world.drive(type(world, { kind: 'start', ...from }).end, 60_000);
  expect(await seen()).toEqual({ ready: 1, open: undefined, last: 'start' });
});

test('beside a running controller the controller carries it out', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const { end } = type(world);
  const ended = await world.drive(end);
  expect(ended).toMatchObject({
    kind: 'ended',
    by: 'controller',
    operation: { state: 'done', by: { kind: 'controller' } },
  });
  expect(new Set(world.sink.asked.slice(-1).map(({ call }) => call.epoch))).toEqual(new Set([2]));
  expect(world.sink.entry?.weights).toEqual(allRight);
  controller.stop.abort();
  await world.drive(controller.end);
  expect(world.violations).toEqual([]);
});

test('a controller that died before it answered is followed: this process carries it out', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  controller.process.kill();
  const began = world.clock.monoMs();
  expect(await world.drive(type(world).end)).toMatchObject({ kind: 'ended', by: 'this-process' });
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(leaseTtlMs);
});

test('precedence: what a person asks for takes over from an automatic operation that is under way', async () => {
  const world = createWorld({ sites: { left: 1, right: 1, third: 1 } });
  const controller = startController(world);
  await world.until('all proven', () => world.sink.entry?.spill.length === 3);
  world.sink.stats['left'] = { attempts: 100, failures: 80 };
  world.probe.bad['left'] = 'TimedOut';
  await world.until('a failover', () => world.operations().some(({ plan }) => plan.kind === 'failover'));
  const { end } = type(world, { kind: 'failover', from: undefined, to: 'third' });
  expect(await world.drive(end)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.sink.entry?.weights).toMatchObject({ third: 100 });
  const automatic = world.operations().find(({ plan }) => plan.kind === 'failover' && plan.trigger === 'automatic');
  expect(automatic?.endedAtMs).toBeDefined();
  controller.stop.abort();
  await world.drive(controller.end);
  expect(world.violations).toEqual([]);
});

test('precedence: a second request beside a person’s operation is refused, naming it', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const first = type(world);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'switchover'));
  const second = type(world, { to: 'left' });
  expect(await world.drive(second.end)).toMatchObject({ kind: 'refused', reasons: [{ code: 'OperationRunning' }] });
  expect(await world.drive(first.end)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  controller.stop.abort();
  await world.drive(controller.end);
});

test('what is so already is nothing to do', async () => {
  const world = await openServing();
  const before = world.sink.history().length;
  expect(await world.drive(type(world, { to: 'left' }).end)).toMatchObject({ kind: 'nothing-to-do' });
  expect(world.sink.history().length).toBe(before);
});

test('what a rule forbids is refused with its reason', async () => {
  const world = await openServing();
  expect(await world.drive(type(world, { to: 'nowhere' }).end)).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'NoReadyCapacity' }],
  });
});

test('I31: of two requests over one revision one wins; the other is told who did', async () => {
  const world = await openServing();
  const one = type(world);
  const two = type(world, { to: 'left' });
  await expect(world.drive(two.end)).rejects.toMatchObject({
    code: 'RevisionConflict',
    message: expect.stringContaining('ada@desk'),
  });
  expect(await world.drive(one.end)).toMatchObject({ kind: 'ended' });
});

test('the time-out ends the waiting; the operation stays open for whoever leads next', async () => {
  const world = await openServing();
  const end = await world.drive(type(world, {}, { timeoutMs: 600 }).end);
  const [operation] = world.operations().filter(({ plan }) => plan.kind === 'switchover');
  expect(end).toEqual({ kind: 'still-running', operationId: operation?.id, holder: undefined });
  expect(operation?.endedAtMs).toBeUndefined();
  const controller = startController(world);
  await world.until('done', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'switchover' && state === 'done'),
  );
  controller.stop.abort();
  await world.drive(controller.end);
});

test('Ctrl-C beside a controller ends the watching alone', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const { end, stop } = type(world);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'switchover'));
  stop.abort();
  expect(await world.drive(end, 500)).toMatchObject({ kind: 'still-running', holder: { kind: 'controller', pid: 2 } });
  await world.until('done', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'switchover' && state === 'done'),
  );
  controller.stop.abort();
  await world.drive(controller.end);
});

test('Ctrl-C while this process leads leaves the operation open and gives the lease back', async () => {
  const world = await openServing();
  const { end, stop } = type(world);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'switchover'));
  stop.abort();
  expect(await world.drive(end, 500)).toMatchObject({ kind: 'still-running', holder: undefined });
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});

test('a controller that dies while it is waited for is followed: this process carries it out', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const { end } = type(world);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'switchover'));
  controller.process.kill();
  expect(await world.drive(end)).toMatchObject({ kind: 'ended', by: 'this-process', operation: { state: 'done' } });
  expect(world.sink.entry?.weights).toEqual(allRight);
  expect(world.violations).toEqual([]);
});

test('a request that nobody took up is taken back, and never carried out afterwards', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  controller.process.kill();
  const { end, stop } = type(world);
  await world.pass(300);
  stop.abort();
  expect(await world.drive(end, 500)).toMatchObject({ kind: 'withdrawn' });
  const next = startController(world);
  await world.pass(5 * leaseTtlMs);
  expect(world.sink.entry?.weights).toMatchObject({ left: 100 });
  next.stop.abort();
  await world.drive(next.end);
});

test('I2: a lease lost in the middle is told, with who goes on', async () => {
  const world = await openServing();
  const { end } = type(world);
  await world.until('the operation', () => world.operations().some(({ plan }) => plan.kind === 'switchover'));
  const row = world.state.leases.get('chat');
  if (row !== undefined) world.state.leases.set('chat', { ...row, holderId: 'somebody else' });
  expect(await world.drive(end)).toMatchObject({ kind: 'lease-lost', record: { deployment: 'chat' } });
});

function withBrokenRequests(deps: EngineDeps): EngineDeps {
  const operations = { ...deps.store.operations, getRequest: () => Promise.reject(new Error('EIO')) };
  return { ...deps, store: { ...deps.store, operations } };
}

test('I29: a store that fails while this process leads ends it with that failure, and with nothing left at work', async () => {
  const world = await openServing();
  const { end } = type(world, {}, { deps: withBrokenRequests });
  await expect(world.drive(end, 20_000)).rejects.toThrow('EIO');
  const asked = world.sink.asked.length;
  await world.pass(2000);
  expect(world.sink.asked.length).toBe(asked);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
});

test('I29: a store that fails while a controller leads ends the watching with that failure', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const { end } = type(world, {}, { deps: withBrokenRequests });
  await expect(world.drive(end, 20_000)).rejects.toThrow('EIO');
  controller.stop.abort();
  await world.drive(controller.end);
});

test('a gateway that cannot be read is a reason to refuse, not to guess', async () => {
  const world = await openServing();
  world.sink.absent = gatewayAbsent;
  expect(await world.drive(type(world).end)).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'DriverUnreachable' }],
  });
});

test('a deployment that is not configured is a bug of the caller', async () => {
  const world = await openServing();
  await expect(type(world, { deployment: 'other' }).end).rejects.toMatchObject({ code: 'AssertionFailed' });
});

test.for([
  { isStored: false, code: 'StoreFailed', name: 'before the request is stored is told as it is' },
  { isStored: true, code: 'OutcomeUnknown', name: 'once the request is stored leaves the outcome unknown' },
] as const)('a store that fails $name', async ({ isStored, code }) => {
  const world = await openServing();
  const deps = (own: EngineDeps): EngineDeps => {
    const { operations } = own.store;
    let isGone = false;
    const unless = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isGone) throw new GodwitError('StoreFailed', 'disk gone');
      return await work();
    };
    const request: typeof operations.request = async (given) => {
      if (isStored) await operations.request(given);
      isGone = true;
      if (!isStored) await unless(async () => undefined);
    };
    const getRequest: typeof operations.getRequest = (id) => unless(() => operations.getRequest(id));
    return { ...own, store: { ...own.store, operations: { ...operations, request, getRequest } } };
  };
  const thrown: unknown = await world.drive(type(world, {}, { deps }).end.catch((error: unknown) => error));
  expect(thrown).toMatchObject({ code, message: expect.stringContaining('disk gone') });
  expect(thrown).toMatchObject({ details: isStored ? { request: expect.any(String) } : {} });
});

/** As it is kept by a gateway that has seen more of the journal than this store holds. */
function putBack({ sink }: World): void {
  if (sink.entry !== undefined) sink.entry = { ...sink.entry, journalHead: 'f'.repeat(64) };
}

test('I30: an older store that is found before anything is asked for is told as it is, and not written to', async () => {
  const world = await openServing();
  putBack(world);
  const { requests, entries } = world.state;
  const before = { requests: requests.size, entries: entries.length, asked: world.sink.asked.length };
  await expect(world.drive(type(world).end)).rejects.toMatchObject({
    code: 'StoreCorrupt',
    message: expect.stringMatching(/older than what the gateway has seen .+ nothing is changed with it/),
  });
  expect({ requests: requests.size, entries: entries.length, asked: world.sink.asked.length }).toEqual(before);
});

test('I30: a store that was put back in the middle of a move does not claim that nothing was changed', async () => {
  const world = await openServing();
  const { end } = type(world);
  await world.until('half of the move', () => world.sink.entry?.weights['right'] === 50);
  putBack(world);
  const thrown: unknown = await world.drive(end.catch((error: unknown) => error));
  expect(thrown).toMatchObject({
    code: 'OutcomeUnknown',
    message: expect.stringMatching(
      /was asked for \(rq-\w+\).+ older than what the gateway has seen .+ may have been carried out/,
    ),
    hint: expect.stringMatching(/put the newest state back.+godwit status chat.+godwit verify/),
    details: { request: expect.any(String) },
  });
  expect(thrown).not.toMatchObject({ message: expect.stringMatching(/nothing (?:is|was) changed/) });
});

test('I30: nor does one whose lease turns out to be an old one once the request is in', async () => {
  const world = await openServing();
  world.sink.epoch = 40;
  await expect(world.drive(type(world).end)).rejects.toMatchObject({ code: 'OutcomeUnknown' });
});
