import { expect, test } from 'vitest';
import { runStep } from '../../src/engine/run-step.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Gate, Step } from '../../src/model/plan.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { allLeft, allRight, onlyStep, openStepWorld, type StepWorld, weighRight } from './support/step-world.ts';

const stamp: Step = { kind: 'stamp', name: '1-stamp', deadlineMs: 3000 };
const settle: Step = { kind: 'settle', name: '1-settle', forMs: 500, deadlineMs: 3000 };
const gate: Gate = {
  sites: ['right'],
  holdMs: 1000,
  promoteWhen: [limitOn('errorRate', '<=', 0.1), limitOn('ttft.p95', '<=', 200)],
};
const gated: Step = { kind: 'weigh', name: '1-weigh', weights: allRight, gate, deadlineMs: 5000 };

const readCall = { signal: new AbortController().signal, deadlineAtMonoMs: Number.MAX_SAFE_INTEGER };

async function run(world: StepWorld, step: Step, signal = world.calm) {
  return await world.work(runStep(world.ctx, await onlyStep(world, step), signal));
}

/** The states the journal holds of the step itself. */
function states(world: StepWorld): readonly string[] {
  return world.journal().flatMap((body) => (body.kind === 'step' && body.part === undefined ? [body.state] : []));
}

test('I18: the intent is durable before the effect, and the result before the step ends', async () => {
  const world = await openStepWorld();
  world.trace.length = 0;
  expect(await run(world, weighRight)).toEqual({ kind: 'reached' });
  expect(world.trace).toEqual([
    'append operation failover planned',
    'append step 1-weigh right 100% intended',
    'write op-1/0',
    'append step 1-weigh right 100% reached',
  ]);
});

test('asks the world first: what stands already is not done again', async () => {
  const world = await openStepWorld();
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: allRight };
  const before = world.sink.asked.length;
  expect(await run(world, weighRight)).toEqual({ kind: 'reached' });
  expect(world.sink.asked.length).toBe(before);
  expect(states(world)).toEqual(['reached']);
});

test('I8: no weight for a target that is not proven', async () => {
  const world = await openStepWorld();
  world.probe.bad['right'] = 'TimedOut';
  await world.lookUntil('right is bad', () => world.diagnosis().sites[1]?.ready.length === 0);
  expect(await run(world, weighRight)).toMatchObject({ kind: 'failed', error: { code: 'TargetNotProven' } });
  expect(world.sink.history()).toEqual([allLeft]);
  expect(states(world)).toEqual(['refused']);
});

test('I8: nor for one that was found dead while a slow disk took the intent', async () => {
  const world = await openStepWorld();
  const ref = await onlyStep(world, weighRight);
  const { journal } = world.process.deps.store;
  const { append } = journal;
  Object.assign(journal, {
    async append(drafts: Parameters<typeof append>[0]) {
      const written = await append(drafts);
      if (drafts.some(({ body }) => body.kind === 'step' && body.state === 'intended')) {
        world.probe.bad['right'] = 'TimedOut';
        while (world.diagnosis().sites[1]?.ready.length !== 0) await world.process.deps.clock.sleep(20, world.calm);
      }
      return written;
    },
  });
  expect(await world.work(runStep(world.ctx, ref, world.calm))).toMatchObject({ error: { code: 'TargetNotProven' } });
  expect(world.sink.history()).toEqual([allLeft]);
  expect(states(world)).toEqual(['intended', 'refused']);
});

test('I7: weights that somebody else set since the plan was made are not overwritten', async () => {
  const world = await openStepWorld();
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: { left: 70, right: 30 } };
  expect(await run(world, weighRight)).toMatchObject({ kind: 'failed', error: { code: 'PlanStale' } });
  expect(world.sink.entry?.weights).toEqual({ left: 70, right: 30 });
});

test('I7: a step that tries again does not overwrite what somebody else set after its first try', async () => {
  const world = await openStepWorld();
  const refuse = { class: 'transient', code: 'Busy', message: 'try again' } as const;
  // As many as one attempt makes.
  world.sink.mishaps.push({ refuse }, { refuse }, { refuse }, { refuse });
  const end = world.work(runStep(world.ctx, await onlyStep(world, weighRight), world.calm));
  await world.until('the first try', () => world.sink.mishaps.length === 0);
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: { left: 70, right: 30 } };
  expect(await end).toMatchObject({ kind: 'failed', error: { code: 'PlanStale' } });
  expect(world.sink.entry?.weights).toEqual({ left: 70, right: 30 });
});

test('a reply that was lost is settled by reading back', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push('lose-reply');
  expect(await run(world, weighRight)).toEqual({ kind: 'reached' });
  expect(world.sink.history()).toEqual([allLeft, allRight]);
});

test('I24: a reply that stays unknown is asked for again ever more slowly, and ends unknown', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push(...Array.from({ length: 500 }, () => 'throw' as const));
  const before = world.sink.asked.length;
  expect(await run(world, { ...weighRight, deadlineMs: 30_000 })).toMatchObject({
    kind: 'unknown',
    error: { code: 'PortThrew' },
  });
  expect(world.sink.asked.length - before).toBeGreaterThan(3);
  expect(world.sink.asked.length - before).toBeLessThan(12);
  expect(states(world)).toEqual(['intended', 'unknown']);
});

test('a refusal at the deadline says nothing of an earlier try that was lost: it ends unknown', async () => {
  const world = await openStepWorld();
  const refuse = { class: 'transient', code: 'Busy', message: 'try again' } as const;
  world.sink.mishaps.push('throw', ...Array.from({ length: 500 }, () => ({ refuse })));
  expect(await run(world, { ...weighRight, deadlineMs: 30_000 })).toMatchObject({
    kind: 'unknown',
    error: { code: 'PortThrew' },
  });
  expect(states(world)).toEqual(['intended', 'unknown']);
});

test('a gateway that restarts is waited for', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, { ...weighRight, deadlineMs: 30_000 });
  world.sink.absent = gatewayAbsent;
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.pass(3000);
  world.sink.absent = undefined;
  expect(await end).toEqual({ kind: 'reached' });
});

test('a gateway that stays away fails the step at its deadline, and is not hammered', async () => {
  const world = await openStepWorld();
  world.sink.absent = gatewayAbsent;
  const before = world.sink.asked.length;
  expect(await run(world, { ...weighRight, deadlineMs: 30_000 })).toMatchObject({
    kind: 'failed',
    error: { code: 'GatewayAbsent' },
  });
  expect(world.sink.asked.length - before).toBeLessThan(40);
  expect(states(world)).toEqual(['intended', 'refused']);
});

test('I25: a throttled step goes on after the time it was told, and is not skipped', async () => {
  const world = await openStepWorld();
  const throttled = { class: 'throttled', code: '429', message: 'slow down', retryAfterMs: 2000 } as const;
  world.sink.mishaps.push({ refuse: throttled }, { refuse: throttled });
  const began = world.clock.monoMs();
  expect(await run(world, { ...weighRight, deadlineMs: 20_000 })).toEqual({ kind: 'reached' });
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(4000);
  expect(world.sink.entry?.weights).toEqual(allRight);
});

test('I26: rejected credentials hold the step until they work again', async () => {
  const world = await openStepWorld();
  const rejected = { refuse: { class: 'auth', code: '403', message: 'expired token' } } as const;
  world.sink.mishaps.push(rejected, rejected, rejected);
  expect(await run(world, { ...weighRight, deadlineMs: 20_000 })).toEqual({ kind: 'reached' });
});

test.for(['invalid', 'conflict', 'capacity', 'quota', 'not-found'] as const)(
  'a refusal of class %s ends the step',
  async (kind) => {
    const world = await openStepWorld();
    const error = { class: kind, code: 'No', message: 'no' };
    world.sink.mishaps.push({ refuse: error }, { refuse: error });
    expect(await run(world, weighRight)).toEqual({ kind: 'failed', error });
    expect(states(world)).toEqual(['intended', 'refused']);
  },
);

test('what is never reached fails at the deadline', async () => {
  const world = await openStepWorld();
  world.probe.bad['left'] = 'TimedOut';
  await world.lookUntil('not calm', () => world.ctx.calmSinceMs() === undefined);
  expect(await run(world, settle)).toMatchObject({ kind: 'failed', error: { code: 'DeadlinePassed' } });
});

test('a step that only waits is reached when what it waits for holds', async () => {
  const world = await openStepWorld();
  expect(await run(world, settle)).toEqual({ kind: 'reached' });
});

test('I2: a stamp under an older epoch is refused', async () => {
  const world = await openStepWorld();
  expect(await run(world, stamp)).toEqual({ kind: 'reached' });
  world.sink.epoch = 9;
  expect(await run(world, stamp)).toMatchObject({ kind: 'failed', error: { class: 'conflict' } });
});

test('a gated step is reached only when its gate held for the whole time', async () => {
  const world = await openStepWorld();
  const began = world.clock.monoMs();
  expect(await run(world, gated)).toEqual({ kind: 'reached' });
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(gate.holdMs);
});

test('a gated step fails as soon as its target fails too much', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.until('the weights', () => world.sink.entry?.weights['right'] === 100);
  await world.pass(200);
  world.sink.stats['right'] = { attemptsTotal: 20, failuresTotal: 15 };
  expect(await end).toMatchObject({ kind: 'failed', error: { code: 'GateFailed' } });
});

test('a gate whose statistics cannot be read fails its step in the end, and never passes it', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.until('the weights', () => world.sink.entry?.weights['right'] === 100);
  Object.assign(world.sink, { traffic: async () => ({ kind: 'unknown', error: gatewayAbsent }) });
  expect(await end).toMatchObject({ kind: 'failed', error: { code: 'GateUnseen' } });
});

test('a gate is not passed while the table is not seen: the statistics may be those of other weights', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.until('the weights', () => world.sink.entry?.weights['right'] === 100);
  Object.assign(world.sink, { read: async () => ({ kind: 'unknown', error: gatewayAbsent }) });
  expect(await end).toMatchObject({ kind: 'failed', error: { code: 'GateUnseen' } });
});

test('I7: a table that was read before a slow answer counts no longer than the newest', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.until('the weights', () => world.sink.entry?.weights['right'] === 100);
  const traffic = world.sink.traffic.bind(world.sink);
  const slow = async (...asked: Parameters<typeof traffic>) => {
    await world.clock.sleep(2 * gate.holdMs, world.calm);
    return await traffic(...asked);
  };
  Object.assign(world.sink, { traffic: slow });
  await world.pass(gate.holdMs);
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: { left: 70, right: 30 } };
  expect(await end).toMatchObject({ kind: 'failed', error: { code: 'PlanStale' } });
});

test('a gate counts from the first statistics it sees', async () => {
  const world = await openStepWorld();
  const read = world.sink.traffic.bind(world.sink);
  world.sink.stats['right'] = { attemptsTotal: 100, failuresTotal: 100 };
  Object.assign(world.sink, { traffic: async () => ({ kind: 'unknown', error: gatewayAbsent }) });
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.until('the weights', () => world.sink.entry?.weights['right'] === 100);
  await world.pass(500);
  Object.assign(world.sink, { traffic: read });
  expect(await end).toEqual({ kind: 'reached' });
});

test('what dies before it is proven ends the proof, long before its start-up limit', async () => {
  const world = await openStepWorld();
  world.right.crash(0);
  await world.lookUntil('the loss', () => world.diagnosis().sites[1]?.ready.length === 0);
  const lasting: Step = { kind: 'prove', name: '1-prove right', site: 'right', replicas: 1, deadlineMs: 1_000_000 };
  const began = world.clock.monoMs();
  expect(await run(world, lasting)).toMatchObject({ kind: 'failed', error: { code: 'ReplicaGone' } });
  expect(world.clock.monoMs() - began).toBeLessThan(15_000);
});

test.for([
  ['preempted', 'preempted', 'before it acts'],
  ['shutdown', 'left', 'before it acts'],
  ['preempted', 'preempted', 'while it acts'],
  ['shutdown', 'left', 'while it acts'],
  ['preempted', 'preempted', 'while its gate is watched'],
  ['shutdown', 'left', 'while its gate is watched'],
] as const)('a %s ends the step as %s %s', async ([reason, kind, when]) => {
  const world = await openStepWorld();
  const stop = new AbortController();
  if (when === 'before it acts') stop.abort(reason);
  if (when === 'while it acts') world.sink.mishaps.push('lose-request');
  const point = await onlyStep(world, gated);
  const end = world.work(runStep(world.ctx, point, stop.signal));
  await world.pass(300);
  stop.abort(reason);
  expect(await end).toEqual({ kind });
  expect(states(world)).not.toContain('reached');
  if (when === 'before it acts') expect(world.sink.history()).toEqual([allLeft]);
});

test('I1: a lost lease leaves the step to the next holder, without another word in the journal', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push('lose-request');
  const point = await onlyStep(world, weighRight);
  const stop = new AbortController();
  const end = world.work(runStep(world.ctx, point, stop.signal));
  await world.pass(200);
  const written = world.journal().length;
  await world.ctx.grip.release();
  stop.abort('preempted');
  expect(await end).toEqual({ kind: 'left' });
  expect(world.journal().length).toBe(written);
});

test('I1: who slept through the end of the lease says nothing of what was seen before', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, weighRight);
  const written = world.journal().length;
  await world.ctx.grip.release();
  // By then the proof of the target is too old: whoever holds the lease looks anew.
  await world.pass(60_000);
  expect(await world.work(runStep(world.ctx, point, world.calm))).toEqual({ kind: 'left' });
  expect(world.journal().length).toBe(written);
});

test('I29: an intent that cannot be journaled is not acted on', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, weighRight);
  const before = world.sink.asked.length;
  Object.assign(world.process.deps.store.journal, { append: () => Promise.reject(new Error('ENOSPC')) });
  await expect(world.work(runStep(world.ctx, point, world.calm))).rejects.toThrow('ENOSPC');
  expect(world.sink.asked.length).toBe(before);
});

test.for([
  { name: 'whose last look got no answer', seenFirst: true, kind: 'reached' },
  { name: 'that never saw the gateway', seenFirst: false, kind: 'failed' },
])('I21: a drain $name is $kind at its deadline when a cut follows', async ({ seenFirst, kind }) => {
  const world = await openStepWorld();
  const drain: Step = { kind: 'drain', name: '1-drain left', site: 'left', cutsLater: true, deadlineMs: 2000 };
  const ref = await onlyStep(world, drain);
  const { traffic } = world.process.deps;
  let isSeen = seenFirst;
  const busy: typeof traffic.traffic = async (deployment, call) => {
    const seen = await traffic.traffic(deployment, call);
    if (seen.kind === 'unknown' || !isSeen) return { kind: 'unknown', error: gatewayAbsent };
    isSeen = false;
    return { ...seen, value: { ...seen.value, sites: seen.value.sites.map((each) => ({ ...each, inFlight: 2 })) } };
  };
  const observer = { ...world.ctx.observer, readTraffic: async () => await busy('chat', readCall) };
  expect(await world.work(runStep({ ...world.ctx, observer }, ref, world.calm))).toMatchObject({ kind });
});
