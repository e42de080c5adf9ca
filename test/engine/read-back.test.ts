import { expect, test } from 'vitest';
import { createObserver, type Observer } from '../../src/engine/observe.ts';
import { sightOf } from '../../src/engine/read-back.ts';
import type { StepMemory } from '../../src/engine/step-memory.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { View } from '../../src/model/view.ts';
import { operationOf } from '../core/support/view.ts';
import { preemptionOf } from './support/fake-cloud.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { allRight, openStepWorld, type StepWorld, weighRight } from './support/step-world.ts';

const drain: Step = { kind: 'drain', name: '1-drain', site: 'left', deadlineMs: 5000 };
const prove: Step = { kind: 'prove', name: '1-prove', site: 'right', replicas: 1, deadlineMs: 5000 };
const launch: Step = {
  kind: 'launch',
  name: '1-launch',
  site: 'right',
  slots: [0],
  bestEffort: false,
  deadlineMs: 5000,
};
const settle: Step = { kind: 'settle', name: '1-settle', forMs: 500, deadlineMs: 5000 };

function memoryOf(world: StepWorld): StepMemory {
  const { clock } = world;
  const none = {
    intendedAtMs: undefined,
    isAcknowledged: false,
    idleSinceMs: undefined,
    lackingSinceMs: undefined,
    placed: undefined,
    isSpent: false,
    beganWith: undefined,
    said: undefined,
    running: undefined,
  };
  return { beganAtMs: clock.nowMs(), beganAtMonoMs: clock.monoMs(), ...none };
}

function look(world: StepWorld, step: Step, memory = memoryOf(world)) {
  return world.drive(sightOf(world.ctx, step, memory, world.calm));
}

test('reads the weights past every cache, and takes them over', async () => {
  const world = await openStepWorld();
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 20, weights: allRight };
  expect(await look(world, weighRight)).toMatchObject({ route: { kind: 'seen', value: { weights: allRight } } });
  expect(world.ctx.routes.weights()).toEqual(allRight);
});

test('what cannot be read is unknown, not what it was', async () => {
  const world = await openStepWorld();
  world.sink.blind = gatewayAbsent;
  const { route, traffic } = await look(world, weighRight);
  expect([route.kind, traffic.kind]).toEqual(['unknown', 'unknown']);
});

test('a gateway that does not answer at all is unknown after the read’s limit', async () => {
  const world = await openStepWorld();
  Object.assign(world.sink, { read: () => new Promise(() => undefined) });
  const began = world.clock.monoMs();
  expect((await look(world, weighRight)).route).toMatchObject({ kind: 'unknown', error: { code: 'NoAnswer' } });
  expect(world.clock.monoMs() - began).toBe(5000);
});

test('lists the instances anew for a step that starts or stops some', async () => {
  const world = await openStepWorld();
  world.right.plant(1);
  const seen = (await look(world, launch)).replicas;
  expect(seen.kind === 'seen' && seen.value.map(({ slot }) => slot)).toEqual([0, 1]);
  world.right.listError = { class: 'auth', code: '401', message: 'expired' };
  expect((await look(world, launch)).replicas).toMatchObject({ kind: 'unknown', error: { code: '401' } });
});

test('names the replicas of the step’s site that are ready', async () => {
  const world = await openStepWorld();
  expect((await look(world, prove)).ready).toEqual(['right-1']);
  expect((await look(world, settle)).ready).toEqual([]);
});

test('what will be gone in a moment is no target, and needs no replacement for a start beside it to be done', async () => {
  const world = await openStepWorld();
  const replica = [...world.right.replicas.values()].find(({ site }) => site === 'right');
  if (replica === undefined) throw new Error('right holds nothing');
  world.right.told = [preemptionOf(replica)];
  const isTold = () => world.ctx.view().sites[1]?.notices?.told.length === 1;
  await world.lookUntil('the notice', isTold);
  expect((await look(world, prove)).ready).toEqual([]);
  const open = operationOf({ state: 'planned', plan: { kind: 'start', before: allRight, after: allRight } });
  world.memory.noteOpen({ ...open, endedAtMs: undefined });
  expect((await look(world, prove)).ready).toEqual(['right-1']);
});

test('with one that stays, a move need not wait for what replaces the one that leaves', async () => {
  const world = await openStepWorld({ sites: { left: 1, right: 2 } });
  const both = [...world.right.replicas.values()];
  await world.lookUntil('both', () => world.diagnosis().sites[1]?.ready.length === 2);
  world.right.told = both.slice(0, 1).map((each) => preemptionOf(each));
  await world.lookUntil('the notice', () => world.ctx.view().sites[1]?.notices?.told.length === 1);
  expect((await look(world, { ...prove, replicas: 2 })).ready).toEqual(both.map(({ id }) => id));
});

test('a proof that is waited for is looked for at once; one that stands already is found without', async () => {
  const world = await openStepWorld();
  const { asked } = world.probe;
  const before = asked.length;
  await look(world, prove, { ...memoryOf(world), intendedAtMs: undefined });
  expect(asked.length).toBe(before);
  const second = world.right.plant(1);
  const memory = { ...memoryOf(world), intendedAtMs: world.clock.nowMs() };
  for (let looks = 1; looks < world.deployment.failover.proof.completions; looks += 1)
    expect((await look(world, prove, memory)).ready).not.toContain(second.id);
  expect((await look(world, prove, memory)).ready).toContain(second.id);
});

test('idle since the first look that counted nothing, and no longer once something runs or cannot be counted', async () => {
  const world = await openStepWorld();
  const memory = memoryOf(world);
  world.sink.stats['left'] = { inFlight: 2 };
  expect((await look(world, drain, memory)).idleSinceMs).toBeUndefined();
  world.sink.stats['left'] = { inFlight: 0 };
  const sinceMs = world.clock.nowMs();
  expect((await look(world, drain, memory)).idleSinceMs).toBe(sinceMs);
  await world.pass(300);
  expect((await look(world, drain, memory)).idleSinceMs).toBe(sinceMs);
  world.sink.blind = gatewayAbsent;
  expect((await look(world, drain, memory)).idleSinceMs).toBeUndefined();
});

test('a site the gateway does not count has nothing running', async () => {
  const world = await openStepWorld();
  const elsewhere: Step = { ...drain, site: 'nowhere' };
  const seen = await look(world, elsewhere);
  expect(seen).toMatchObject({ idleSinceMs: world.clock.nowMs(), ready: [] });
});

test.for([
  { name: 'the larger of both counts, for requests that came past the gateway', own: { left: 3 }, gateway: 1, sees: 3 },
  { name: 'the gateway’s, when it counts more', own: { left: 1 }, gateway: 2, sees: 2 },
  { name: 'the gateway’s, when a replica’s metrics cannot be read', own: {}, gateway: 0, sees: 0 },
])('with the model server’s own metrics named a drain sees $name', async ({ own, gateway, sees }) => {
  const world = await openStepWorld({ deployment: { drain: { waitForStreamsMs: 1000, idleMetrics: ['running'] } } });
  world.sink.stats['left'] = { inFlight: gateway };
  Object.assign(world.process.deps.probe, {
    inFlight: async (metrics: readonly string[], { site }: Replica): Promise<Seen<number>> => {
      const value = own[site as keyof typeof own];
      if (value === undefined)
        return { kind: 'unknown', error: { class: 'unknown', code: 'NoMetric', message: metrics.join() } };
      return { kind: 'seen', value, asOfMs: 0 };
    },
  });
  const sight = await look(world, drain);
  expect(sight.inFlight).toBe(sees);
  // A replica that does not say may be busy: it is not idle, and the deadline decides.
  expect(sight.idleSinceMs).toBeUndefined();
});

/** A look for proof that is waited for, in a process that has looked before. */
async function lackingAt(world: StepWorld, memory: StepMemory): Promise<number | undefined> {
  return (await look(world, prove, memory)).lackingSinceMs;
}

function waiting(world: StepWorld): StepMemory {
  return { ...memoryOf(world), intendedAtMs: world.clock.nowMs() };
}

test('what is to be proven is lacking since the first list that had to show it and did not', async () => {
  const world = await openStepWorld();
  world.right.crash(0);
  const memory = waiting(world);
  const sinceMs = world.clock.nowMs();
  expect(await lackingAt(world, memory)).toBe(sinceMs);
  await world.pass(300);
  expect(await lackingAt(world, memory)).toBe(sinceMs);
  world.right.plant(0);
  expect(await lackingAt(world, memory)).toBeUndefined();
});

test('I27: nothing is lacking while the list need not show yet what was launched before the step', async () => {
  const world = await openStepWorld();
  const { process, deployment } = world;
  world.right.listLagMs = 4000;
  // A new process: it has seen no list of the site before.
  const observer = createObserver(process.deps, deployment, 5000);
  world.right.crash(0);
  const resumed: StepWorld = { ...world, ctx: { ...world.ctx, observer, view: () => viewOf(world, observer) } };
  const memory = waiting(world);
  await world.pass(3900);
  expect(await lackingAt(resumed, memory)).toBeUndefined();
  await world.pass(100);
  expect(await lackingAt(resumed, memory)).toBe(world.clock.nowMs());
});

function viewOf(world: StepWorld, observer: Observer): View {
  return { ...world.ctx.view(), sites: observer.sight().sites };
}

test('I27: nothing is lacking while the list was not read since the step began', async () => {
  const world = await openStepWorld();
  world.right.crash(0);
  await world.lookUntil('the loss', () => world.diagnosis().sites[1]?.ready.length === 0);
  await world.pass(500);
  const { list } = world.right;
  // Slower than a look has patience for: what stands in the view is older than the step.
  const slow = async (...asked: Parameters<typeof list>) => {
    await world.clock.sleep(1000, world.calm);
    return await list(...asked);
  };
  Object.assign(world.process.deps.providers.get('right') ?? {}, { list: slow });
  const memory = waiting(world);
  expect(await lackingAt(world, memory)).toBeUndefined();
  await world.pass(2000);
  expect(await lackingAt(world, memory)).toBe(world.clock.nowMs());
});

test('I27: a list that cannot be read neither shows a loss nor takes one back', async () => {
  const world = await openStepWorld();
  world.right.crash(0);
  const memory = waiting(world);
  const sinceMs = world.clock.nowMs();
  expect(await lackingAt(world, memory)).toBe(sinceMs);
  world.right.listError = { class: 'auth', code: '401', message: 'expired' };
  await world.pass(300);
  expect(await lackingAt(world, memory)).toBeUndefined();
  world.right.listError = undefined;
  expect(await lackingAt(world, memory)).toBe(sinceMs);
});
