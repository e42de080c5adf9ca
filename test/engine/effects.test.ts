import { expect, test } from 'vitest';
import { effectTerms } from '../../src/engine/effect-terms.ts';
import { applyEffect } from '../../src/engine/effects.ts';
import { runStep } from '../../src/engine/run-step.ts';
import type { DrainAccount } from '../../src/model/drained.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { WriteCall } from '../../src/ports/call.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { allRight, onlyStep, openStepWorld, type StepWorld } from './support/step-world.ts';

const launch: Step = {
  kind: 'launch',
  name: '1-launch',
  site: 'right',
  slots: [0, 1],
  bestEffort: false,
  deadlineMs: 9000,
};
const replace: Step = { ...launch, bestEffort: true };
const stop: Step = { kind: 'stop', name: '1-stop', site: 'left', how: 'delete', deadlineMs: 5000 };
const fence: Step = { kind: 'fence', name: '1-fence', site: 'left', deadlineMs: 5000 };
const soldOut = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;

const wanted = { left: 1, right: 2 };

/** `right` has lost what it had. */
async function openEmptied(): Promise<StepWorld> {
  const world = await openStepWorld({ sites: wanted });
  for (const slot of [0, 1]) world.right.crash(slot);
  return world;
}

async function run(world: StepWorld, step: Step) {
  return await world.work(runStep(world.ctx, await onlyStep(world, step), world.calm));
}

function parts(world: StepWorld): readonly string[] {
  return world
    .journal()
    .flatMap((body) => (body.kind === 'step' && body.part !== undefined ? [`${body.part} ${body.state}`] : []));
}

function termsOf(world: StepWorld, deadlineAtMonoMs: number) {
  return effectTerms(
    { past: [], beganAtMonoMs: 0 },
    {
      deadlineAtMonoMs,
      signal: world.calm,
      tell: () => undefined,
      wait: () => undefined,
      settleForLess: () => undefined,
    },
  );
}

test('I18: each slot’s start is in the journal before it is asked for and its answer before the next', async () => {
  const world = await openEmptied();
  world.trace.length = 0;
  expect(await run(world, launch)).toEqual({ kind: 'reached' });
  expect(world.trace).toEqual([
    'append operation failover planned',
    'append step 1-launch intended',
    'append step 1-launch/0 intended',
    'start op-1/0/0',
    'append step 1-launch/0 reached',
    'append step 1-launch/1 intended',
    'start op-1/0/1',
    'append step 1-launch/1 reached',
    'append step 1-launch reached',
  ]);
});

test.for(['lose-reply', 'lose-request', 'throw'] as const)('I14: a start with %s makes one instance', async (fault) => {
  const world = await openEmptied();
  world.right.faults.push(fault);
  expect(await run(world, { ...launch, slots: [0], deadlineMs: 90_000 })).toEqual({ kind: 'reached' });
  expect(world.right.made).toHaveLength(1);
});

test('I14, I27: a lost reply and a listing that lags make one instance', async () => {
  const world = await openEmptied();
  world.right.listLagMs = 4000;
  world.right.faults.push('lose-reply', 'lose-reply', 'throw');
  expect(await run(world, { ...launch, slots: [0], deadlineMs: 90_000 })).toEqual({ kind: 'reached' });
  expect(world.right.made).toHaveLength(1);
});

test('I27: a listing that lags delays the step and starts nothing twice', async () => {
  const world = await openEmptied();
  world.right.listLagMs = 3000;
  const began = world.clock.monoMs();
  expect(await run(world, launch)).toEqual({ kind: 'reached' });
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(3000);
  expect(world.right.asked).toHaveLength(2);
});

test('I26: a listing that may not be read is unknown: nothing is started for it, and nothing called reached', async () => {
  const world = await openStepWorld({ sites: wanted });
  world.right.listError = { class: 'auth', code: '401', message: 'expired' };
  const { ctx, clock, calm } = world;
  expect(await world.drive(ctx.observer.readReplicas('right', calm))).toMatchObject({ kind: 'unknown' });
  expect(await run(world, { ...launch, deadlineMs: 3000 })).toMatchObject({ kind: 'failed' });
  expect(world.right.made.length).toBeLessThanOrEqual(2);
  expect(clock.monoMs()).toBeGreaterThan(3000);
});

test('I24: a launch that asks again for what had no answer does not ask again for what is sold out', async () => {
  const world = await openEmptied();
  world.right.faults.push({ refuse: soldOut }, 'lose-reply');
  const step = { ...launch, bestEffort: true, deadlineMs: 90_000 };
  expect(await run(world, step)).toEqual({ kind: 'reached' });
  expect(world.right.asked.map(({ slot }) => slot)).toEqual([0, 1, 1]);
  expect(world.right.made).toHaveLength(1);
});

test('a refused start ends a launch, and what comes after it is not asked for', async () => {
  const world = await openEmptied();
  world.right.refusal = soldOut;
  expect(await run(world, launch)).toEqual({ kind: 'failed', error: soldOut });
  expect(parts(world)).toEqual(['0 intended', '0 refused']);
});

test('a refused replacement is recorded, does not hinder the next one and fails nothing', async () => {
  const world = await openEmptied();
  world.right.faults.push({ refuse: soldOut });
  const began = world.clock.monoMs();
  expect(await run(world, replace)).toEqual({ kind: 'reached' });
  expect(parts(world)).toEqual(['0 intended', '0 refused', '1 intended', '1 reached']);
  expect(world.journal().at(-1)).toMatchObject({ kind: 'step', state: 'refused', error: soldOut });
  expect(world.clock.monoMs() - began).toBeLessThan(2000);
});

test('a replacement whose answer stays unknown fails nothing either', async () => {
  const world = await openEmptied();
  world.right.faults.push(...Array.from({ length: 100 }, () => 'throw' as const));
  expect(await run(world, replace)).toEqual({ kind: 'reached' });
  expect(world.journal().at(-1)).toMatchObject({ kind: 'step', state: 'unknown', error: { code: 'PortThrew' } });
});

test('a fence writes the weights the plan ends with where an old table came back', async () => {
  const world = await openStepWorld();
  expect(await run(world, fence)).toEqual({ kind: 'reached' });
  expect(world.sink.entry?.weights).toEqual(allRight);
});

test('a site that keeps weight in the plan cannot be fenced', async () => {
  const world = await openStepWorld();
  const point = await onlyStep(world, { ...fence, site: 'right' });
  const late = world.clock.monoMs() + 5000;
  const end = world.drive(
    applyEffect(world.ctx, { ...point, step: { ...fence, site: 'right' } }, termsOf(world, late)),
  );
  await expect(end).rejects.toMatchObject({ code: 'AssertionFailed' });
});

test.for([launch, stop])('$kind at a site the deployment is not placed at is a bug, and says so', async (step) => {
  const world = await openStepWorld();
  const elsewhere = { ...step, site: 'nowhere' };
  const point = await onlyStep(world, elsewhere);
  const end = world.drive(applyEffect(world.ctx, point, termsOf(world, world.clock.monoMs() + 5000)));
  await expect(end).rejects.toThrow('nowhere');
});

/** All traffic is at `right`. */
async function openMoved(sites?: Readonly<Record<string, number>>): Promise<StepWorld> {
  const world = await openStepWorld(sites === undefined ? {} : { sites });
  const terms = { operationId: 'op-0', idempotencyKey: 'op-0/0', deadlineAtMonoMs: 1e9, signal: world.calm };
  await world.drive(world.ctx.routes.weigh(allRight, world.ctx.view(), terms));
  return world;
}

test('a fenced site is stopped, and that is checked', async () => {
  const world = await openMoved();
  expect(await run(world, stop)).toEqual({ kind: 'reached' });
  expect([...world.left.replicas.values()]).toMatchObject([{ state: 'gone', billed: 'no' }]);
});

test('I20: a site with weight is not stopped', async () => {
  const world = await openStepWorld();
  expect(await run(world, stop)).toMatchObject({ kind: 'failed', error: { code: 'SourceNotFenced' } });
  expect(world.left.asked).toEqual([]);
});

test('I20: a site that got its weight back a moment ago is not stopped', async () => {
  const world = await openMoved();
  const point = await onlyStep(world, stop);
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 50, weights: { left: 100, right: 0 } };
  const reply = await world.drive(applyEffect(world.ctx, point, termsOf(world, world.clock.monoMs() + 5000)));
  expect(reply).toMatchObject({ kind: 'refused', error: { code: 'SourceNotFenced' } });
  expect(world.left.asked).toEqual([]);
});

test('I20: while the gateway cannot be read the stop waits', async () => {
  const world = await openMoved();
  const point = await onlyStep(world, { ...stop, deadlineMs: 30_000 });
  world.sink.blind = gatewayAbsent;
  await world.lookUntil('not seen', () => world.ctx.view().route.kind === 'unknown');
  const end = world.work(runStep(world.ctx, point, world.calm));
  await world.pass(2000);
  expect(world.left.asked).toEqual([]);
  world.sink.blind = undefined;
  expect(await end).toEqual({ kind: 'reached' });
  expect(world.left.asked).toHaveLength(1);
});

test('I26: instances that cannot be listed are not called stopped', async () => {
  const world = await openMoved();
  world.left.listError = { class: 'auth', code: '403', message: 'not permitted' };
  expect(await run(world, stop)).toMatchObject({ kind: 'unknown', error: { code: '403' } });
  expect(world.left.asked).toEqual([]);
});

test.for(['lose-reply', 'throw'] as const)('a stop with %s is settled by looking', async (fault) => {
  const world = await openMoved();
  world.left.faults.push(fault);
  expect(await run(world, { ...stop, deadlineMs: 20_000 })).toEqual({ kind: 'reached' });
});

test('what the first try stopped is not stopped again', async () => {
  const world = await openMoved({ left: 2, right: 1 });
  world.left.faults.push('lose-request');
  expect(await run(world, { ...stop, deadlineMs: 20_000 })).toEqual({ kind: 'reached' });
  const slots = world.left.asked.map(({ slot }) => slot);
  expect(slots.filter((slot) => slot === 1)).toEqual([1]);
  expect(slots.filter((slot) => slot === 0).length).toBeGreaterThan(1);
});

test('what a short list lacked when the site was stopped is stopped once it is seen', async () => {
  const world = await openMoved({ left: 2, right: 1 });
  const whole = new Map(world.left.replicas);
  const [lacking] = whole.values();
  if (lacking !== undefined) world.left.replicas.delete(lacking.id);
  const stopOne = world.left.stop;
  world.left.stop = async (...asked) => {
    if (lacking !== undefined && world.left.asked.length === 0) world.left.replicas.set(lacking.id, lacking);
    return await stopOne(...asked);
  };
  expect(await run(world, { ...stop, deadlineMs: 20_000 })).toEqual({ kind: 'reached' });
  expect(world.left.asked.map(({ slot }) => slot).sort()).toEqual([0, 1]);
});

test('a refused stop ends the step', async () => {
  const world = await openMoved();
  const error = { class: 'invalid', code: 'Protected', message: 'termination protection' } as const;
  world.left.refusal = error;
  expect(await run(world, stop)).toEqual({ kind: 'failed', error });
});

test('what a cut met is on the record of its step', async () => {
  const world = await openStepWorld();
  world.sink.stats['left'] = { inFlight: 3 };
  Object.assign(world.process.deps.traffic, {
    cut: async () => {
      world.sink.stats['left'] = { inFlight: 0 };
      return { kind: 'done', value: { moved: 1, cut: 2 } };
    },
  });
  const cut: Step = { kind: 'cut', name: '1-cut left', site: 'left', deadlineMs: 5000 };
  expect(await run(world, cut)).toEqual({ kind: 'reached' });
  const told = world
    .journal()
    .flatMap((body) => (body.kind === 'step' && body.state === 'reached' ? [body.detail] : []));
  expect(told).toEqual(['2 cut, 1 without a first byte moved elsewhere']);
});

const account = (running: number, finished: number): DrainAccount => ({
  ...{ site: 'left', beganAtMs: 0 },
  counts: { cut: 0, running, 'client-left': 1, failed: 0, moved: 0, finished },
  streams: [{ id: '7', replica: 'left-0', ageMs: 1200, bytes: 90, end: 'client-left' }],
  more: 0,
});
const drainLeft: Step = { kind: 'drain', name: '1-drain left', site: 'left', cutsLater: true, deadlineMs: 5000 };
const endOfStep = (world: StepWorld) =>
  world.journal().flatMap((body) => (body.kind === 'step' && body.state === 'reached' ? [body] : []))[0];

test('a drain has the gateway write down what runs, and puts on record what became of it', async () => {
  const world = await openStepWorld();
  world.sink.stats['left'] = { inFlight: 3 };
  const begun: string[] = [];
  Object.assign(world.process.deps.traffic, {
    drain: async (_deployment: string, site: string, call: WriteCall) => {
      begun.push(`${call.operationId} ${site}`);
      setTimeout(() => {
        world.sink.stats['left'] = { inFlight: 0 };
      });
      return { kind: 'done', value: undefined };
    },
    drained: async () => ({ kind: 'seen', value: account(0, 2), asOfMs: 0 }),
  });
  expect(await run(world, drainLeft)).toEqual({ kind: 'reached' });
  expect(begun).toEqual(['op-1 left']);
  expect(endOfStep(world)).toMatchObject({
    detail: '3 ran, 2 finished, 1 left by the client, 0 still running',
    drained: { kind: 'listed', ...account(0, 2) },
  });
});

test.for([
  { name: 'keeps no list', driver: {}, why: 'what moves the traffic keeps no list of requests' },
  {
    name: 'refuses to begin one and has none',
    driver: {
      drain: async () => ({ kind: 'refused', error: gatewayAbsent }),
      drained: async () => ({ kind: 'unknown', error: gatewayAbsent }),
    },
    why: 'no gateway answers',
  },
])('a driver that $name does not stop the drain: the counts stand, and it is said', async ({ driver, why }) => {
  const world = await openStepWorld();
  world.sink.stats['left'] = { inFlight: 3 };
  Object.assign(world.process.deps.traffic, driver);
  expect(await run(world, drainLeft)).toEqual({ kind: 'reached' });
  expect(endOfStep(world)).toMatchObject({
    detail: '3 ran, 0 finished, 3 still running',
    drained: { kind: 'unlisted', site: 'left', why },
  });
});

test.for([
  ['done', { kind: 'done', value: undefined }, '2 marked at the provider'],
  ['refused', { kind: 'refused', error: soldOut }, 'not all marked at the provider: SoldOut'],
  ['unknown', { kind: 'unknown', error: gatewayAbsent }, 'not all marked at the provider: GatewayAbsent'],
] as const)(
  'a provider that can be told is told of each replica that runs, and ends no drain: %s',
  async ([, reply, says]) => {
    const world = await openStepWorld({ sites: { left: 3, right: 2 } });
    world.left.crash(2);
    world.sink.stats['left'] = { inFlight: 1 };
    const told: string[] = [];
    Object.assign(world.process.deps.providers.get('left') ?? {}, {
      drain: async ({ slot }: Replica, { idempotencyKey, epoch }: WriteCall) => {
        told.push(`${slot} ${idempotencyKey} ${epoch}`);
        world.sink.stats['left'] = { inFlight: 0 };
        return reply;
      },
    });
    await world.lookUntil('one is gone', () =>
      world.ctx.view().sites.some(({ replicas }) => replicas.some(({ replica }) => replica.state === 'gone')),
    );
    expect(await run(world, drainLeft)).toEqual({ kind: 'reached' });
    expect(told.toSorted()).toEqual(['0 op-1/0/left-1 1', '1 op-1/0/left-2 1']);
    expect(endOfStep(world)?.detail).toMatch(new RegExp(`still running; ${says}$`));
  },
);

test('a provider that is silent holds a drain up for five seconds at most', async () => {
  const world = await openStepWorld();
  world.sink.stats['left'] = { inFlight: 1 };
  const never = new Promise(() => undefined);
  Object.assign(world.process.deps.providers.get('left') ?? {}, {
    drain: () => {
      world.sink.stats['left'] = { inFlight: 0 };
      return never;
    },
  });
  const began = world.clock.monoMs();
  expect(await run(world, { ...drainLeft, deadlineMs: 60_000 })).toEqual({ kind: 'reached' });
  expect(world.clock.monoMs() - began).toBeLessThan(7000);
  expect(endOfStep(world)?.detail).toContain('not all marked at the provider');
});

/** A gateway that takes the word from the given try on; what runs there ends with `runs`. */
function lateGateway(world: StepWorld, takenAt: number) {
  let tries = 0;
  let beganAtMs: number | undefined;
  world.sink.stats['left'] = { inFlight: 3 };
  const nowMs = (): number => world.clock.nowMs();
  Object.assign(world.process.deps.traffic, {
    drain: async () => {
      tries += 1;
      if (tries < takenAt) return { kind: 'refused', error: gatewayAbsent };
      beganAtMs ??= nowMs();
      world.sink.stats['left'] = { inFlight: 0 };
      return { kind: 'done', value: undefined };
    },
    drained: async () =>
      beganAtMs === undefined
        ? { kind: 'unknown', error: gatewayAbsent }
        : { kind: 'seen', value: { ...account(0, 2), beganAtMs }, asOfMs: 0 },
  });
  return { tries: () => tries };
}

test('a gateway that refuses the list for a moment is asked again, and that it came late is on record', async () => {
  const world = await openStepWorld();
  const gateway = lateGateway(world, 3);
  const beganAtMs = world.clock.nowMs();
  expect(await run(world, drainLeft)).toEqual({ kind: 'reached' });
  expect(gateway.tries()).toBe(3);
  const end = endOfStep(world);
  expect(end).toMatchObject({
    detail: expect.stringMatching(/^3 ran, .+ still running \(listed from 1\.\ds after it began\)$/),
    drained: { kind: 'listed', beganAtMs: expect.any(Number) },
  });
  if (end?.drained?.kind === 'listed') expect(end.drained.beganAtMs).toBeGreaterThan(beganAtMs + 1000);
});

test('a list that a later process began says so: between the intent and its call the first one died', async () => {
  const world = await openStepWorld();
  const ref = await onlyStep(world, drainLeft);
  await world.ctx.note(ref, undefined, 'intended', undefined);
  const past = await world.process.deps.store.journal.read({ operationId: 'op-1' });
  lateGateway(world, 1);
  await world.pass(4200);
  const again = { ...ref, past: past.filter(({ body }) => body.kind === 'step') };
  expect(await world.work(runStep(world.ctx, again, world.calm))).toEqual({ kind: 'reached' });
  expect(endOfStep(world)?.detail).toContain('(listed from 4.2s after it began)');
});

test('a list that never begins changes nothing of how a drain ends', async () => {
  const world = await openStepWorld();
  lateGateway(world, Number.POSITIVE_INFINITY);
  const waits: Step = { kind: 'drain', name: '1-drain left', site: 'left', deadlineMs: 5000 };
  expect(await run(world, waits)).toMatchObject({ kind: 'failed', error: { code: 'DeadlinePassed' } });
});

test('a site where nothing ran has no list, and nothing is said of one', async () => {
  const world = await openStepWorld();
  expect(await run(world, drainLeft)).toEqual({ kind: 'reached' });
  expect(endOfStep(world)).not.toHaveProperty('drained');
});
