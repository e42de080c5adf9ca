import { expect, test } from 'vitest';
import { mergePins } from '../../src/engine/merge-pins.ts';
import { say } from '../../src/engine/say.ts';
import type { Underway } from '../../src/engine/steer.ts';
import type { Pin } from '../../src/model/pin.ts';
import type { Standing } from '../../src/model/standing.ts';
import type { ManualDriver } from '../../src/ports/traffic-driver.ts';
import { ana, pin } from '../core/support/pins.ts';
import { opened, openStepWorld, planOf, type StepWorld, weighRight } from './support/step-world.ts';

interface Gateway extends Pick<ManualDriver, 'pins' | 'merged' | 'release'> {
  readonly merged_: number[];
  readonly released: (number | undefined)[];
}

/** A gateway that was told these pins; `standing`: those that are neither released nor over. */
function gatewayWith(world: StepWorld, pins: readonly Pin[], standing: readonly number[]): Gateway {
  const gateway: Gateway = {
    merged_: [],
    released: [],
    pins: async () => ({
      kind: 'seen',
      asOfMs: world.clock.nowMs(),
      value: {
        pins: pins.map((each) => ({ ...each, isMerged: gateway.merged_.includes(each.number) })),
        standing: standing.filter((number) => !gateway.released.includes(number)),
        ...{ weights: undefined, before: undefined },
      },
    }),
    merged: async (_, number) => {
      gateway.merged_.push(number);
      return { kind: 'done', value: undefined };
    },
    release: async ({ number }) => {
      gateway.released.push(number);
      return { kind: 'done', value: { released: [] } };
    },
  };
  Object.assign(world.process.deps.traffic, gateway);
  return gateway;
}

const merge = (world: StepWorld, underway?: Underway) => world.drive(mergePins(world.ctx, underway, world.calm));

async function recorded(world: StepWorld): Promise<readonly string[]> {
  const entries = await world.process.deps.store.journal.read({});
  return entries.flatMap(({ body }) => {
    if (body.kind === 'pin') return [`pin ${body.pin.number} ${body.pin.kind}`];
    return body.kind === 'standing' ? [body.key] : [];
  });
}

test('a pause that was said to the gateway is recorded, obeyed from here, and let go there', async () => {
  const world = await openStepWorld();
  const gateway = gatewayWith(world, [pin({ kind: 'pause', untilMs: 5_000_000 })], [1]);
  await merge(world);
  await merge(world);
  expect(await recorded(world)).toEqual(['pin 1 pause', 'pause']);
  expect(await world.process.deps.store.standing.list('chat')).toMatchObject([
    { kind: 'pause', untilMs: 5_000_000, by: { name: 'ana' }, reason: 'looks odd' },
  ]);
  expect(gateway).toMatchObject({ merged_: [1], released: [1] });
});

test('one that is over or released is only recorded', async () => {
  const world = await openStepWorld();
  const gateway = gatewayWith(world, [pin({ kind: 'pause' }), pin({ number: 2, kind: 'release', releases: [1] })], []);
  await merge(world);
  expect(await recorded(world)).toEqual(['pin 1 pause', 'pin 2 release']);
  expect(await world.process.deps.store.standing.list('chat')).toEqual([]);
  expect(gateway).toMatchObject({ merged_: [1, 2], released: [] });
});

test.for([
  { kind: 'hold', order: 'hold', standing: [] },
  { kind: 'return', order: 'abort', standing: ['pause'] },
] as const)('a $kind says $order to what is under way', async ({ kind, order, standing }) => {
  const world = await openStepWorld();
  gatewayWith(world, [pin({ kind, weights: { left: 100, right: 0 } })], [1]);
  const operation = await opened(world, planOf([weighRight]));
  let interrupts = 0;
  const underway: Underway = {
    course: { operation, interrupt: world.calm },
    interrupt: () => {
      interrupts += 1;
    },
  };
  await merge(world, underway);
  expect(underway.course.operation.order).toMatchObject({ kind: order, by: { name: 'ana' }, reason: 'looks odd' });
  expect(await world.process.deps.store.operations.get('op-1')).toMatchObject({ order: { kind: order } });
  expect(interrupts).toBe(order === 'abort' ? 1 : 0);
  expect((await world.process.deps.store.standing.list('chat')).map((each) => each.kind)).toEqual(standing);
});

test('weights that were put back without an end rest for an hour, and not a millisecond longer', async () => {
  const world = await openStepWorld();
  gatewayWith(world, [pin({ kind: 'return', weights: { left: 100, right: 0 } })], [1]);
  await merge(world);
  const [pause] = await world.process.deps.store.standing.list('chat');
  expect(pause?.untilMs).toBe((pause?.atMs ?? 0) + 3_600_000);
});

test('a gateway that is not seen, and one that knows no pins, are left alone', async () => {
  const world = await openStepWorld();
  await merge(world);
  const gateway = gatewayWith(world, [pin()], [1]);
  Object.assign(world.process.deps.traffic, {
    pins: async () => ({ kind: 'unknown', error: { class: 'transient', code: 'GatewayAbsent', message: 'gone' } }),
  });
  await merge(world);
  expect(await recorded(world)).toEqual([]);
  expect(gateway.merged_).toEqual([]);
});

test('one that was taken over by somebody who died then is still let go: else nothing could move any more', async () => {
  const world = await openStepWorld();
  const gateway = gatewayWith(world, [pin({ kind: 'hold' })], [1]);
  gateway.merged_.push(1);
  await merge(world);
  expect(gateway.released).toEqual([1]);
  expect(await recorded(world)).toEqual([]);
});

test('a longer pause that stands already is not cut short; a shorter one is, and its reason kept', async () => {
  const world = await openStepWorld();
  gatewayWith(world, [pin({ kind: 'return', weights: { left: 100, right: 0 } })], [1]);
  const { store, clock } = world.process.deps;
  const pause = (forMs: number) =>
    say(
      { store, clock, actor: ana },
      {
        ...{ kind: 'set', deployment: 'chat' },
        standing: { kind: 'pause', reason: 'freeze', untilMs: clock.nowMs() + forMs },
      },
    );
  await pause(3_600_000 * 24);
  await world.memory.refresh();
  await merge(world);
  expect(await store.standing.list('chat')).toMatchObject([{ reason: 'freeze' }]);

  const other = await openStepWorld();
  gatewayWith(other, [pin({ kind: 'return', weights: { left: 100, right: 0 } })], [1]);
  const deps = other.process.deps;
  const standing = { kind: 'pause', reason: 'freeze', untilMs: deps.clock.nowMs() + 1000 } as const;
  await say({ store: deps.store, clock: deps.clock, actor: ana }, { kind: 'set', deployment: 'chat', standing });
  await other.memory.refresh();
  await merge(other);
  expect(await deps.store.standing.list('chat')).toMatchObject([{ reason: 'freeze; looks odd' }]);
});

test('weights that were put back end the move for a time that they took back', async () => {
  const world = await openStepWorld();
  gatewayWith(world, [pin({ kind: 'return', weights: { left: 100, right: 0 } })], [1]);
  const standing: Standing = {
    ...{ kind: 'shift', deployment: 'chat', by: ana, atMs: 1, reason: 'drill', untilMs: 5_000_000_000 },
    ...{ operationId: 'op-1', before: { left: 100, right: 0 }, after: { left: 0, right: 100 }, forMs: 1000 },
  };
  await world.ctx.journal.append({ kind: 'standing', key: 'shift', standing, why: 'test' });
  await world.memory.refresh();
  await merge(world);
  expect((await world.process.deps.store.standing.list('chat')).map(({ kind }) => kind)).toEqual(['pause']);
});
