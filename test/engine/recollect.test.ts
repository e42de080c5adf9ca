import { expect, test } from 'vitest';
import { createRecollection } from '../../src/engine/recollect.ts';
import { createTally } from '../../src/engine/tally.ts';
import type { Action, Decision } from '../../src/model/decision.ts';
import type { OperationRequest } from '../../src/model/operation.ts';
import { preemptionOf } from './support/fake-cloud.ts';
import { opened, openStepWorld, planOf, type StepWorld } from './support/step-world.ts';

const dayMs = 86_400_000;

function stay(world: StepWorld): Decision {
  const reasons = [{ code: 'NoReadyCapacity', message: 'nowhere to go' }] as const;
  return { kind: 'stay', diagnosis: world.diagnosis(), reasons };
}

const requestOf = (world: StepWorld, id: string): OperationRequest => ({
  ...{ id, deployment: 'chat', kind: 'failover', from: undefined, to: 'right', reason: undefined, answer: undefined },
  ...{ by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 }, atMs: world.clock.nowMs(), revision: 0 },
});

test('I28: a view holds the open operation, the ended ones whatever their date, and the oldest request', async () => {
  const world = await openStepWorld();
  const nowMs = world.clock.nowMs();
  const plan = planOf([]);
  const ended = { openedAtMs: nowMs - 1000, endedAtMs: nowMs - 500, state: 'done' } as const;
  await opened(world, plan, { ...ended, id: 'op-old', openedAtMs: nowMs - dayMs - 1, endedAtMs: nowMs - dayMs });
  await opened(world, plan, { ...ended, id: 'op-done' });
  await opened(world, plan, { id: 'op-open' });
  const { operations } = world.process.deps.store;
  await operations.request({ ...requestOf(world, 'rq-1'), revision: await operations.revision('chat') });
  await operations.request({
    ...requestOf(world, 'rq-2'),
    revision: await operations.revision('chat'),
    atMs: nowMs + 1,
  });
  await world.memory.refresh();
  expect(world.ctx.view()).toMatchObject({
    open: { id: 'op-open' },
    recent: [{ id: 'op-done' }, { id: 'op-old' }],
    request: { id: 'rq-1' },
  });
});

test('any number of starts that failed since does not hide a failover', async () => {
  const world = await openStepWorld();
  const nowMs = world.clock.nowMs();
  const ended = { endedAtMs: nowMs, state: 'failed' } as const;
  await opened(world, planOf([]), { ...ended, id: 'op-move', openedAtMs: nowMs - 60_000, state: 'done' });
  for (let index = 0; index < 300; index += 1)
    await opened(world, planOf([], { kind: 'start' }), {
      ...ended,
      id: `op-${index}`,
      openedAtMs: nowMs - 30_000 + index,
    });
  await world.memory.refresh();
  const { recent } = world.ctx.view();
  expect(recent.map(({ id }) => id)).toContain('op-move');
  expect(recent[0]?.id).toBe('op-299');
});

test('healthy and calm count from the first look that said so, and start anew after a break', async () => {
  const world = await openStepWorld();
  const since = world.ctx.view().healthySinceMs;
  const calmSinceMs = world.ctx.calmSinceMs();
  await world.pass(500);
  world.memory.keep(stay(world), world.ctx.view());
  expect(world.ctx.view().healthySinceMs).toEqual(since);
  expect(world.ctx.calmSinceMs()).toBe(calmSinceMs);
  world.probe.bad['left'] = 'TimedOut';
  await world.lookUntil('left is bad', () => world.ctx.view().healthySinceMs['left'] === undefined);
  expect(Object.keys(world.ctx.view().healthySinceMs)).toEqual(['right']);
  expect(world.ctx.calmSinceMs()).toBeUndefined();
  delete world.probe.bad['left'];
  await world.lookUntil('left is good', () => world.ctx.calmSinceMs() !== undefined);
  expect(world.ctx.calmSinceMs()).toBeGreaterThan(calmSinceMs ?? 0);
  expect(world.ctx.view().healthySinceMs['left']).toBeGreaterThan(since['left'] ?? 0);
});

test('what will be gone in a moment serves as long as it is there: it breaks no calm', async () => {
  const world = await openStepWorld();
  const calmSinceMs = world.ctx.calmSinceMs();
  world.left.told = [preemptionOf({ id: 'left-1' })];
  await world.lookUntil('nothing to count on', () => world.diagnosis().sites[0]?.ready.length === 0);
  expect(world.ctx.calmSinceMs()).toBe(calmSinceMs);
});

test('without any weight nothing is calm', async () => {
  const world = await openStepWorld();
  const view = { ...world.ctx.view(), route: { kind: 'seen', value: undefined, asOfMs: 0 } } as const;
  world.memory.keep(stay(world), view);
  expect(world.ctx.calmSinceMs()).toBeUndefined();
});

test('a person whose request is not carried out is told why; one whose request is, is not refused', async () => {
  const world = await openStepWorld();
  const { operations } = world.process.deps.store;
  await operations.request({ ...requestOf(world, 'rq-1'), revision: await operations.revision('chat') });
  await world.memory.refresh();
  const action: Action = {
    ...{ kind: 'failover', trigger: 'manual', from: 'left', weights: { right: 100 }, start: [], inOneStep: true },
    ...{ because: [], requestId: 'rq-1' },
  };
  await world.memory.answer({ kind: 'act', diagnosis: world.diagnosis(), action });
  expect((await operations.getRequest('rq-1'))?.answer).toBeUndefined();
  const reasons = [{ code: 'LaunchUnlisted', message: 'it need not be listed yet' }] as const;
  await world.memory.answer({ kind: 'stay', diagnosis: world.diagnosis(), reasons });
  expect((await operations.getRequest('rq-1'))?.answer).toBeUndefined();
  await world.memory.answer(stay(world));
  expect((await operations.getRequest('rq-1'))?.answer).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'NoReadyCapacity' }],
  });
});

test('the snapshot for status is written at most once a second', async () => {
  const world = await openStepWorld();
  const { deps } = world.process;
  const puts: number[] = [];
  const snapshots = {
    ...deps.store.snapshots,
    put: async () => {
      puts.push(world.clock.monoMs());
    },
  };
  const memory = createRecollection({ ...deps, store: { ...deps.store, snapshots } }, 'chat');
  const tally = () => createTally().read([]);
  for (let turns = 0; turns < 31; turns += 1) {
    await memory.save(stay(world), world.ctx.view(), tally);
    await world.pass(100);
  }
  expect(puts).toHaveLength(4);
});

test('with another deployment beside it, a view holds what is under way there and what fails together (I13)', async () => {
  const world = await openStepWorld();
  const { deps } = world.process;
  const [chat] = deps.config.deployments;
  if (chat === undefined) throw new Error('the world has a deployment');
  const sites = deps.config.sites.map((site) => ({ ...site, failureDomains: ['grid', site.name] }));
  const config = { ...deps.config, sites, deployments: [chat, { ...chat, name: 'embed' }] };
  await opened(world, planOf([], { deployment: 'embed' }), { id: 'op-embed' });
  const viewIn = async (given: typeof deps) => {
    const memory = createRecollection(given, 'chat');
    await memory.refresh();
    return memory.view(world.ctx.view());
  };
  const view = await viewIn({ ...deps, config });
  expect(view.others.map(({ id }) => id)).toEqual(['op-embed']);
  expect(view.domains).toEqual(Object.fromEntries(sites.map(({ name }) => [name, ['grid', name]])));
  expect((await viewIn(deps)).others).toEqual([]);
  expect(await viewIn(deps)).not.toHaveProperty('domains');
});

test('where the replicas of a deployment under change stand is known by its last snapshot (I13)', async () => {
  const world = await openStepWorld();
  const { deps } = world.process;
  const [chat] = deps.config.deployments;
  if (chat === undefined) throw new Error('the world has a deployment');
  const config = { ...deps.config, deployments: [chat, { ...chat, name: 'embed' }] };
  const seen = world.ctx.view();
  const sites = seen.sites.map((site) => ({
    ...site,
    replicas: site.replicas.map((each) => ({
      ...each,
      replica: { ...each.replica, failureDomain: `cb-${site.site.name}` },
    })),
  }));
  const snapshot = { view: { ...seen, sites }, decision: stay(world), tally: createTally().read([]) };
  await deps.store.snapshots.put({ ...snapshot, deployment: 'embed', atMs: world.clock.nowMs() });
  const memory = createRecollection({ ...deps, config }, 'chat');
  await memory.refresh();
  expect(memory.view(seen).domains).toEqual({ left: ['left'], right: ['right'] });
  await opened(world, planOf([], { deployment: 'embed' }), { id: 'op-embed' });
  await memory.refresh();
  expect(memory.view(seen).domains).toEqual({ left: ['left', 'cb-left'], right: ['right', 'cb-right'] });
});

test('what is asked for once an operation has ended is never seen beside it as open', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, planOf([]), { id: 'op-open' });
  const { store } = world.process.deps;
  const nextRequest = async (deployment: string) => {
    await world.ctx.journal.append({
      kind: 'operation',
      operation: { ...operation, state: 'done', endedAtMs: world.clock.nowMs() },
    });
    await store.operations.request({ ...requestOf(world, 'rq-1'), revision: await store.operations.revision('chat') });
    return await store.operations.nextRequest(deployment);
  };
  const deps = { ...world.process.deps, store: { ...store, operations: { ...store.operations, nextRequest } } };
  const memory = createRecollection(deps, 'chat');
  await memory.refresh();
  expect(memory.view({ ...world.ctx.observer.sight(), inForce: {} } as never)).toMatchObject({
    open: undefined,
    request: { id: 'rq-1' },
  });
});
