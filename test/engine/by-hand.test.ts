import { expect, test } from 'vitest';
import { type CarryOutOptions, carryOut, type WishEnd } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { preview } from '../../src/engine/preview.ts';
import { verifyOperation } from '../../src/engine/verify.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { OrderKind, Wish } from '../../src/model/wish.ts';
import { pin } from '../core/support/pins.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import type { Death, Process } from './support/process.ts';
import { createWorld, leaseTtlMs, type World } from './support/world.ts';

const shift: Wish = {
  ...{ deployment: 'chat', kind: 'shift', from: 'left', to: 'right', reason: 'drivers' },
  ...{ forMs: 3_600_000, stepsPct: [10, 50, 100] },
};
const atHome = { left: 100, right: 0 };
const allRight = { left: 0, right: 100 };

interface Controller {
  readonly process: Process;
  readonly stop: AbortController;
  readonly end: Promise<unknown>;
}

function startController(world: World, death?: Death): Controller {
  const stop = new AbortController();
  const process = world.boot(death);
  const end = runController(process.deps, stop.signal);
  end.catch(() => undefined);
  return { process, stop, end };
}

async function stopController(world: World, { stop, end }: Controller): Promise<void> {
  stop.abort();
  await world.drive(end);
}

/** Both sites stand and the gateway has its table; nobody leads. */
async function openServing(): Promise<World> {
  const world = createWorld();
  const controller = startController(world);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  await stopController(world, controller);
  return world;
}

function type(world: World, wish: Wish, options: Partial<CarryOutOptions> = {}) {
  const process = world.boot();
  const stop = new AbortController();
  const deps = { ...process.deps, actor: { kind: 'person', name: 'ada', host: 'desk', pid: 7 } as const };
  const end = carryOut(deps, wish, { timeoutMs: undefined, ...options }, stop.signal);
  end.catch(() => undefined);
  return { process, stop, end };
}

function order(world: World, kind: OrderKind, operationId: string, change: Partial<Wish> = {}): Promise<WishEnd> {
  const wish: Wish = { deployment: 'chat', kind, from: undefined, to: undefined, reason: 'so', operationId, ...change };
  return world.drive(type(world, wish).end);
}

const shiftIn = (world: World): Operation | undefined => world.operations().find(({ plan }) => plan.kind === 'shift');

async function untilWeights(world: World, left: number): Promise<Operation> {
  await world.until(`left at ${left} %`, () => world.sink.entry?.weights['left'] === left);
  const operation = shiftIn(world);
  if (operation === undefined) throw new Error('no shift');
  return operation;
}

const leaders = ['this-process', 'controller'] as const;

test.for(leaders)('Ctrl-C holds after the step, and resume goes on (led by %s)', async (by) => {
  const world = await openServing();
  const controller = by === 'controller' ? startController(world) : undefined;
  if (controller !== undefined) await world.pass(500);
  const typed = type(world, shift, { onInterrupt: 'hold' });
  const { id } = await untilWeights(world, 90);
  typed.stop.abort('SIGINT');
  expect(await world.drive(typed.end)).toMatchObject({ kind: 'held', by, operation: { id, state: 'held' } });
  expect(world.sink.entry?.weights).toEqual({ left: 90, right: 10 });
  await world.pass(5000);
  expect(world.sink.entry?.weights).toEqual({ left: 90, right: 10 });
  expect(await order(world, 'resume', id)).toMatchObject({ kind: 'ended', operation: { id, state: 'done' } });
  expect(world.sink.entry?.weights).toEqual(allRight);
  if (controller !== undefined) await stopController(world, controller);
  expect(world.violations).toEqual([]);
});

test('Ctrl-C with return brings the weights before back', async () => {
  const world = await openServing();
  const typed = type(world, shift, { onInterrupt: 'return' });
  const { id } = await untilWeights(world, 50);
  typed.stop.abort('SIGINT');
  expect(await world.drive(typed.end)).toMatchObject({ kind: 'ended', operation: { id, state: 'returned' } });
  expect(world.sink.entry?.weights).toEqual(atHome);
});

test('Ctrl-C at the moment a controller takes it up is for its operation, not lost', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const typed = type(world, shift, { onInterrupt: 'hold' });
  await world.until('the operation', () => shiftIn(world) !== undefined);
  typed.stop.abort('SIGINT');
  expect(await world.drive(typed.end)).toMatchObject({ kind: 'held' });
  await world.pass(5000);
  expect(shiftIn(world)?.state).toBe('held');
  await stopController(world, controller);
});

test('Ctrl-C before anybody took it up takes it back', async () => {
  const world = await openServing();
  const typed = type(world, shift, { onInterrupt: 'hold' });
  typed.stop.abort('SIGINT');
  expect(await world.drive(typed.end)).toMatchObject({ kind: 'withdrawn' });
  const controller = startController(world);
  await world.pass(5000);
  expect(shiftIn(world)).toBeUndefined();
  await stopController(world, controller);
});

test('--no-wait gives the operation’s id while the controller goes on', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const end = await world.drive(type(world, shift, { waits: false }).end);
  expect(end).toMatchObject({ kind: 'still-running', operationId: shiftIn(world)?.id });
  expect(shiftIn(world)?.endedAtMs).toBeUndefined();
  await world.until('done', () => shiftIn(world)?.state === 'done');
  await stopController(world, controller);
});

test('--no-wait without a controller is taken back: nobody would carry it out', async () => {
  const world = await openServing();
  expect(await world.drive(type(world, shift, { waits: false }).end)).toMatchObject({ kind: 'withdrawn' });
  expect(world.sink.entry?.weights).toEqual(atHome);
});

test('whoever asks twice under one name asks once', async () => {
  const world = await openServing();
  const first = await world.drive(type(world, shift, { requestId: 'deploy-7' }).end);
  const second = await world.drive(type(world, shift, { requestId: 'deploy-7' }).end);
  expect(first).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(second).toMatchObject({ kind: 'ended', operation: { id: shiftIn(world)?.id } });
  expect(world.operations().filter(({ plan }) => plan.kind === 'shift')).toHaveLength(1);
});

test.for([
  { kind: 'return', state: 'returned', left: 100 },
  { kind: 'abort', state: 'failed', left: 50 },
] as const)('$kind in the middle ends it $state, beside a live controller', async ({ kind, state, left }) => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  const typed = type(world, shift);
  const { id } = await untilWeights(world, 50);
  expect(await order(world, kind, id)).toMatchObject({ kind: 'ended', operation: { id, state } });
  expect(await world.drive(typed.end)).toMatchObject({ kind: 'ended', operation: { state } });
  expect(world.sink.entry?.weights).toEqual({ left, right: 100 - left });
  await stopController(world, controller);
  expect(world.violations).toEqual([]);
});

test('an order to what is over is refused; a return takes it back by an operation of its own', async () => {
  const world = await openServing();
  await world.drive(type(world, shift).end);
  const id = shiftIn(world)?.id ?? '';
  expect(await order(world, 'hold', id)).toMatchObject({ kind: 'refused', reasons: [{ code: 'NothingToOrder' }] });
  expect(await order(world, 'return', id)).toMatchObject({ kind: 'ended', operation: { plan: { kind: 'return' } } });
  expect(world.sink.entry?.weights).toEqual(atHome);
});

test('extend moves the end of what was moved for a time', async () => {
  const world = await openServing();
  await world.drive(type(world, shift).end);
  const id = shiftIn(world)?.id ?? '';
  expect(await order(world, 'extend', id, { forMs: 7_200_000 })).toMatchObject({ kind: 'ended' });
  const [standing] = [...world.state.standing.values()].map((each) => each.standing);
  const leftMs = (standing?.untilMs ?? 0) - world.clock.nowMs();
  expect(leftMs).toBeGreaterThan(7_190_000);
  expect(leftMs).toBeLessThanOrEqual(7_200_000);
});

test('an order is taken up by a new leader before the operation goes on', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  type(world, shift).end.catch(() => undefined);
  const { id } = await untilWeights(world, 90);
  controller.process.kill();
  const ordered = type(world, { ...shift, kind: 'return', operationId: id });
  expect(await world.drive(ordered.end)).toMatchObject({ kind: 'ended', operation: { id, state: 'returned' } });
  expect(world.sink.history().some((weights) => weights['left'] === 50)).toBe(false);
  expect(world.sink.entry?.weights).toEqual(atHome);
});

test.for(['before', 'after'] as const)(
  'a leader killed %s a hold was recorded: the next one holds, and nothing moves on',
  async (when) => {
    const world = await openServing();
    // Found by a first run: which point of the controller is the order's own record.
    const at = await pointOfHold();
    const controller = startController(world, { at, when });
    await world.pass(500);
    type(world, shift).end.catch(() => undefined);
    const { id } = await untilWeights(world, 90);
    const ordered = type(world, { ...shift, kind: 'hold', operationId: id });
    await world.until('the kill', () => controller.process.isDead());
    expect(await world.drive(ordered.end)).toMatchObject({ kind: 'held', operation: { id } });
    await world.pass(3 * leaseTtlMs);
    expect(shiftIn(world)?.state).toBe('held');
    expect(world.violations).toEqual([]);
  },
);

async function pointOfHold(): Promise<number> {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(500);
  type(world, shift).end.catch(() => undefined);
  const { id } = await untilWeights(world, 90);
  const ordered = type(world, { ...shift, kind: 'hold', operationId: id });
  const isTold = (): boolean => shiftIn(world)?.order?.kind === 'hold';
  let before = controller.process.points();
  await world.until('the order', () => {
    if (isTold()) return true;
    before = controller.process.points();
    return false;
  });
  await world.drive(ordered.end);
  await stopController(world, controller);
  return before + 1;
}

test('a preview plans as the controller would and changes nothing', async () => {
  const world = await openServing();
  const controller = startController(world);
  await world.pass(1500);
  await stopController(world, controller);
  const [asked, written] = [world.sink.asked.length, world.trace.length];
  const { deps } = world.boot();
  const seen = await world.drive(preview(deps, shift, new AbortController().signal));
  expect(seen).toMatchObject({
    against: [],
    isWaiting: false,
    seenBy: 'controller',
    planned: { plan: { kind: 'shift' } },
  });
  expect(seen.planned?.forecast).toMatchObject({
    sites: [
      { site: 'left', nowPct: 100, thenPct: 0, ready: 1 },
      { site: 'right', nowPct: 0, thenPct: 100, ready: 1 },
    ],
    danger: { level: 'moderate' },
  });
  expect([world.sink.asked.length, world.trace.length]).toEqual([asked, written]);
});

test('a preview of what was planned in another world names what moved; of what is done already says so', async () => {
  const world = await openServing();
  const { deps } = world.boot();
  const { signal } = new AbortController();
  const seen = await world.drive(preview(deps, shift, signal));
  const basis = seen.planned?.basis;
  if (basis === undefined) throw new Error('no plan');
  await world.drive(type(world, { ...shift, expect: basis }).end);
  expect(world.sink.entry?.weights).toEqual(allRight);
  const again = await world.drive(preview(deps, { ...shift, expect: basis }, signal));
  expect(again.against).toMatchObject([{ code: 'AlreadyThere' }]);
  const other = await world.drive(preview(deps, { ...shift, expect: { ...basis, steps: [] } }, signal));
  expect(other.against[0]?.code).toBe('WorldMoved');
});

test('verify settles by looking: as planned, as before, something else, or not seen', async () => {
  const world = await openServing();
  await world.drive(type(world, shift).end);
  const operation = shiftIn(world);
  if (operation === undefined) throw new Error('no shift');
  const { deps } = world.boot();
  const look = (about: Operation) => world.drive(verifyOperation(deps, about, new AbortController().signal));
  const { plan } = operation;
  expect(await look(operation)).toMatchObject({ verdict: 'as-planned' });
  expect(await look({ ...operation, plan: { ...plan, before: allRight, after: atHome } })).toMatchObject({
    verdict: 'as-before',
  });
  const half = { left: 50, right: 50 };
  expect(await look({ ...operation, plan: { ...plan, after: half } })).toMatchObject({ verdict: 'something-else' });
  world.sink.absent = gatewayAbsent;
  expect(await look(operation)).toMatchObject({ verdict: 'not-seen' });
});

test.for([
  { name: 'whose gate fails', spoil: 'gate' },
  { name: 'that a pin forbids', spoil: 'pin' },
] as const)(
  'a return at the end of the time $name is not tried again and again: the time is extended',
  async ({ spoil }) => {
    const world = await openServing();
    const controller = startController(world);
    await world.drive(type(world, { ...shift, forMs: 5000 }).end);
    if (spoil === 'pin') world.sink.pinned = pin({ kind: 'hold' });
    // Once it has weight again, one in five of its answers fails.
    const since = world.clock.monoMs();
    const asked = (): number =>
      (world.sink.entry?.weights['left'] ?? 0) > 0 ? Math.floor((world.clock.monoMs() - since) / 10) : 0;
    if (spoil === 'gate')
      Object.defineProperty(world.sink.stats, 'left', {
        get: () => ({ attemptsTotal: asked(), failuresTotal: Math.floor(asked() / 5) }),
        configurable: true,
        enumerable: true,
      });
    await world.pass(30_000);
    const returns = world.operations().filter(({ plan }) => plan.kind === 'return');
    expect(returns.length).toBeGreaterThanOrEqual(1);
    // Every five seconds at most: as long as it was given first.
    expect(returns.length).toBeLessThanOrEqual(6);
    expect(await controller.process.deps.store.standing.list('chat')).toMatchObject([{ kind: 'shift' }]);
    await stopController(world, controller);
  },
);

test('whatever the moment, a second word after a hold is obeyed, also with a slow disk', async () => {
  for (const second of ['return', 'resume'] as const) {
    for (let gapMs = 0; gapMs <= 480; gapMs += 60) {
      const world = createWorld();
      const process = world.boot();
      const { store } = process.deps;
      const journal: typeof store.journal = {
        ...store.journal,
        append: async (drafts) => {
          await world.clock.sleep(60, new AbortController().signal);
          return await store.journal.append(drafts);
        },
      };
      const stop = new AbortController();
      const end = runController({ ...process.deps, store: { ...store, journal } }, stop.signal);
      await world.until('both proven', () => world.sink.entry?.spill.length === 2);
      type(world, shift);
      const { id } = await untilWeights(world, 90);
      const say = (kind: OrderKind) =>
        type(world, { deployment: 'chat', kind, from: undefined, to: undefined, reason: 'so', operationId: id });
      say('hold');
      await world.pass(gapMs);
      say(second);
      await world.pass(20_000);
      const asked = [...world.state.requests.values()].find(({ kind }) => kind === second);
      const isOpen = shiftIn(world)?.endedAtMs === undefined;
      expect({ second, gapMs, isLost: isOpen && asked?.answer?.kind === 'accepted' }).toMatchObject({ isLost: false });
      stop.abort();
      await world.drive(end);
    }
  }
});

test('whether anything runs at a site is asked now, not of what the controller saw a moment ago', async () => {
  const world = await openServing();
  const about = { deployment: 'chat', from: 'right', to: undefined, reason: 'so' } as const;
  const look = (kind: 'start' | 'stop') =>
    world.drive(preview(world.boot().deps, { ...about, kind }, new AbortController().signal));
  expect((await look('start')).against).toMatchObject([{ code: 'AlreadyThere' }]);
  world.right.crash(0);
  expect((await look('stop')).against).toMatchObject([{ code: 'AlreadyThere', message: 'nothing runs at right' }]);
  expect((await look('start')).planned?.plan.steps).toMatchObject([{ kind: 'launch', site: 'right' }, {}]);
});
