import { expect, test } from 'vitest';
import { gripLease } from '../../src/engine/lease-grip.ts';
import { openOperation, reopenOperation } from '../../src/engine/operations.ts';
import type { Action } from '../../src/model/decision.ts';
import { allRight, holdIn, opened, openStepWorld, planOf, type StepWorld } from './support/step-world.ts';

const action: Action = {
  ...{ kind: 'failover', trigger: 'automatic', from: 'left', weights: allRight, start: [], inOneStep: true },
  ...{ because: [], requestId: undefined },
};

async function ask(world: StepWorld): Promise<void> {
  const { operations } = world.process.deps.store;
  await operations.request({
    ...{ id: 'rq-1', deployment: 'chat', kind: 'failover', from: undefined, to: 'right', reason: undefined },
    ...{ by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 }, atMs: world.clock.nowMs(), answer: undefined },
    revision: await operations.revision('chat'),
  });
}

const answerOf = async (world: StepWorld) => (await world.process.deps.store.operations.getRequest('rq-1'))?.answer;

test('I18: an operation is in the journal with its whole plan before anything changes', async () => {
  const world = await openStepWorld();
  const before = world.sink.asked.length;
  const operation = await openOperation(world.ctx, action);
  expect(operation).toMatchObject({
    state: 'planned',
    epoch: 1,
    step: 0,
    plan: { before: { left: 100 }, after: allRight },
  });
  expect(world.operations()).toEqual([JSON.parse(JSON.stringify(operation))]);
  expect(world.sink.asked.length).toBe(before);
  expect(world.events.at(-1)).toMatchObject({ type: 'operation', operation: { id: operation?.id } });
});

test('a request is answered with the operation that carries it out', async () => {
  const world = await openStepWorld();
  await ask(world);
  const opened = await openOperation(world.ctx, { ...action, trigger: 'manual', requestId: 'rq-1' });
  expect(await answerOf(world)).toEqual({ kind: 'accepted', operationId: opened?.id });
});

test('a request that was taken back in the last moment opens nothing', async () => {
  const world = await openStepWorld();
  await ask(world);
  await world.process.deps.store.operations.answer('rq-1', { kind: 'refused', reasons: [] });
  expect(await openOperation(world.ctx, { ...action, trigger: 'manual', requestId: 'rq-1' })).toBeUndefined();
  expect(world.operations()).toEqual([]);
});

test('with nothing open there is nothing to take up', async () => {
  const world = await openStepWorld();
  expect(await world.drive(reopenOperation(world.ctx, world.calm))).toBeUndefined();
});

test('I17: a successor takes the open operation up under its own epoch and name, and answers its request', async () => {
  const world = await openStepWorld();
  await ask(world);
  await opened(world, planOf([], { requestId: 'rq-1' }), { state: 'shifting', step: 2 });
  world.process.kill();
  const next = await holdIn(world, world.boot());
  const found = await world.drive(reopenOperation(next.ctx, next.calm));
  expect(found).toMatchObject({ id: 'op-1', epoch: 2, by: { pid: 2 }, state: 'shifting', step: 2 });
  expect(world.operations()).toMatchObject([{ id: 'op-1', epoch: 2 }]);
  expect(await next.process.deps.store.operations.getRequest('rq-1')).toMatchObject({
    answer: { kind: 'accepted', operationId: 'op-1' },
  });
});

test('Ctrl-C before enough was seen leaves it as it is', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, planOf([]));
  const written = world.journal().length;
  expect(await world.drive(reopenOperation(world.ctx, AbortSignal.abort()))).toBeUndefined();
  expect(world.journal().length).toBe(written);
  expect(world.operations()).toMatchObject([{ id: operation.id, epoch: 1 }]);
});

test('I2: an operation cannot be opened under an epoch that is over', async () => {
  const world = await openStepWorld();
  await world.ctx.grip.release();
  await world.drive(gripLease(world.boot().deps, 'chat', world.calm));
  await expect(openOperation(world.ctx, action)).rejects.toMatchObject({ code: 'LeaseLost' });
  expect(world.operations()).toEqual([]);
});
