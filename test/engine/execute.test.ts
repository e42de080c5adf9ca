import { expect, test } from 'vitest';
import { type Course, execute } from '../../src/engine/execute.ts';
import type { JournalBody } from '../../src/model/journal-entry.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Gate, Plan, Step } from '../../src/model/plan.ts';
import { allLeft, allRight, opened, openStepWorld, planOf, type StepWorld } from './support/step-world.ts';

const half = { left: 50, right: 50 };
const gate: Gate = {
  sites: ['right'],
  holdMs: 500,
  promoteWhen: [limitOn('errorRate', '<=', 0.1), limitOn('ttft.p95', '<=', 200)],
};
const stamp: Step = { kind: 'stamp', name: '1-stamp', deadlineMs: 3000 };
const first: Step = { kind: 'weigh', name: '2-weigh', weights: half, gate, deadlineMs: 3000 };
const second: Step = { kind: 'weigh', name: '3-weigh', weights: allRight, gate, deadlineMs: 3000 };
const fence: Step = { kind: 'fence', name: '4-fence left', site: 'left', deadlineMs: 3000 };
const settle: Step = { kind: 'settle', name: '5-settle', forMs: 400, deadlineMs: 3000 };
const plan = planOf([stamp, first, second, fence, settle]);

function course(operation: Operation): Course {
  return { operation, interrupt: new AbortController().signal };
}

async function run(world: StepWorld, operation: Operation, signal = world.calm) {
  return await world.work(execute(world.ctx, course(operation), signal));
}

function stepBody(index: number, step: Step, state: 'intended' | 'reached' | 'failed' | 'unknown'): JournalBody {
  const error = { class: 'unknown', code: 'Recorded', message: 'from before the crash' } as const;
  const isGood = state === 'intended' || state === 'reached';
  return {
    ...{ kind: 'step', operationId: 'op-1', index, step: step.name, part: undefined, state },
    ...{ error: isGood ? undefined : error, detail: undefined },
  };
}

const failedFirst = [stepBody(0, stamp, 'reached'), stepBody(1, first, 'intended'), stepBody(1, first, 'failed')];

/** An operation as a crash left it: these entries are in the journal. */
async function left(
  world: StepWorld,
  entries: readonly JournalBody[],
  change: Partial<Operation> = {},
  of: Plan = plan,
) {
  const operation = await opened(world, of, change);
  for (const body of entries) await world.ctx.journal.append(body);
  return operation;
}

test('carries all steps out in order and ends done', async () => {
  const world = await openStepWorld();
  const ended = await run(world, await opened(world, plan));
  expect(ended).toMatchObject({
    state: 'done',
    step: 5,
    error: undefined,
    endedAtMs: world.operations()[0]?.endedAtMs,
  });
  expect(world.sink.history()).toEqual([allLeft, half, allRight]);
  const states = world.events.flatMap((event) => (event.type === 'operation' ? [event.operation.state] : []));
  expect(states).toEqual(['shifting', 'verifying', 'done']);
});

test('I18: each step’s result is in the journal before the next step begins', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, plan);
  world.trace.length = 0;
  await run(world, operation);
  const told = world.trace.filter((line) => line.includes(' step ') || line.includes('op-1/'));
  expect(told).toEqual([
    'append step 1-stamp intended',
    'stamp op-1/0',
    'append step 1-stamp reached',
    'append step 2-weigh intended',
    'write op-1/1',
    'append step 2-weigh reached',
    'append step 3-weigh intended',
    'write op-1/2',
    'append step 3-weigh reached',
    'append step 4-fence left reached',
    'append step 5-settle intended',
    'append step 5-settle reached',
  ]);
});

test('a step that failed before anything moved ends the operation failed, with nothing to give back', async () => {
  const world = await openStepWorld();
  world.probe.bad['right'] = 'TimedOut';
  await world.lookUntil('right is bad', () => world.diagnosis().sites[1]?.ready.length === 0);
  const ended = await run(world, await opened(world, plan));
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'TargetNotProven' } });
  expect(world.sink.history()).toEqual([allLeft]);
});

test('a gate that fails brings the earlier weights back', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, plan);
  const end = world.work(execute(world.ctx, course(operation), world.calm));
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  await world.pass(100);
  world.sink.stats['right'] = { attemptsTotal: 40, failuresTotal: 30 };
  expect(await end).toMatchObject({ state: 'returned', error: { code: 'GateFailed' } });
  expect(world.sink.history()).toEqual([allLeft, half, allLeft]);
});

test('I7: an operation whose plan is out of date ends failed and leaves the weights as somebody set them', async () => {
  const world = await openStepWorld();
  const theirs = { left: 10, right: 90 };
  const operation = await left(world, [stepBody(0, stamp, 'reached'), stepBody(1, first, 'reached')]);
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: theirs };
  expect(await run(world, operation)).toMatchObject({ state: 'failed', error: { code: 'PlanStale' } });
  expect(world.sink.entry?.weights).toEqual(theirs);
});

test('a return that a rule forbids ends failed: the weights are known', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, plan);
  const end = world.work(execute(world.ctx, course(operation), world.calm), 60_000);
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  world.probe.bad['left'] = 'TimedOut';
  await world.until('left is bad', () => world.diagnosis().sites[0]?.ready.length === 0);
  world.sink.stats['right'] = { attemptsTotal: 40, failuresTotal: 30 };
  const ended = await end;
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'GateFailed' } });
  expect(world.sink.entry?.weights['left']).not.toBe(100);
});

test.for([
  { what: 'was lost', fault: 'lose-reply', state: 'unknown' },
  {
    what: 'was refused',
    fault: { refuse: { class: 'transient', code: 'Busy', message: 'try again' } },
    state: 'failed',
  },
] as const)('a return that a rule forbids ends $state after a write that $what', async ({ fault, state }) => {
  const world = await openStepWorld();
  const operation = await opened(world, planOf([{ ...first, deadlineMs: 30_000 }]));
  world.sink.mishaps.push(...Array.from({ length: 500 }, () => fault));
  const end = world.work(execute(world.ctx, course(operation), world.calm));
  await world.until('a try', () =>
    world.sink.asked.some(({ verb, call }) => verb === 'write' && call.operationId === 'op-1'),
  );
  world.sink.blind = { class: 'unknown', code: 'Lost', message: 'no answer' };
  world.probe.bad['left'] = 'TimedOut';
  world.probe.bad['right'] = 'TimedOut';
  expect(await end).toMatchObject({ state, error: { code: 'TargetNotProven' } });
});

test('a return whose reply is lost for good ends unknown', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, plan);
  const end = world.work(execute(world.ctx, course(operation), world.calm), 120_000);
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  world.sink.stats['right'] = { attemptsTotal: 40, failuresTotal: 30 };
  world.sink.mishaps.push(...Array.from({ length: 500 }, () => 'throw' as const));
  expect(await end).toMatchObject({ state: 'unknown', error: { code: 'GateFailed' } });
});

test('a step that ends unknown ends the operation unknown, without guessing', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push(...Array.from({ length: 500 }, () => 'throw' as const));
  const ended = await run(world, await opened(world, planOf([stamp])));
  expect(ended).toMatchObject({ state: 'unknown', error: { code: 'PortThrew' } });
});

test('a refused replacement does not undo the move', async () => {
  const replace: Step = {
    kind: 'launch',
    name: '4-replace',
    site: 'left',
    slots: [0],
    bestEffort: true,
    deadlineMs: 3000,
  };
  const world = await openStepWorld();
  const error = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;
  world.left.refusal = error;
  const of = planOf([stamp, first, second, replace, settle]);
  world.left.crash(0);
  const ended = await run(world, await opened(world, of));
  expect(ended).toMatchObject({ state: 'done' });
  expect(world.sink.entry?.weights).toEqual(allRight);
});

test('something of higher rank ends it failed and says so; the weights stay where they are', async () => {
  const world = await openStepWorld();
  const stop = new AbortController();
  const operation = await opened(world, plan);
  const end = world.work(execute(world.ctx, course(operation), stop.signal));
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  stop.abort('preempted');
  expect(await end).toMatchObject({ state: 'failed', error: { code: 'Preempted' } });
  expect(world.sink.history()).toEqual([allLeft, half]);
});

test.for(['in a step', 'while it returns'] as const)('a shutdown %s leaves it open', async (when) => {
  const world = await openStepWorld();
  const stop = new AbortController();
  const operation = await opened(world, plan);
  const end = world.work(execute(world.ctx, course(operation), stop.signal));
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  if (when === 'while it returns') {
    world.sink.stats['right'] = { attemptsTotal: 40, failuresTotal: 30 };
    world.sink.mishaps.push('lose-request', 'lose-request', 'lose-request');
    await world.until('returning', () => world.operations()[0]?.state === 'returning');
  }
  stop.abort('shutdown');
  expect(await end).toMatchObject({ endedAtMs: undefined, state: when === 'in a step' ? 'shifting' : 'returning' });
  expect(world.operations()[0]?.endedAtMs).toBeUndefined();
});

test('I17: steps the journal calls reached are skipped, the others are asked of the world', async () => {
  const world = await openStepWorld();
  const past = [stepBody(0, stamp, 'intended'), stepBody(0, stamp, 'reached'), stepBody(1, first, 'intended')];
  const operation = await left(world, past);
  const before = world.sink.asked.length;
  expect(await run(world, operation)).toMatchObject({ state: 'done' });
  expect(world.sink.asked.slice(before).map(({ call }) => call.idempotencyKey)).toEqual(['op-1/1', 'op-1/2']);
  const intents = world
    .journal()
    .filter((body) => body.kind === 'step' && body.index === 1 && body.state === 'intended');
  expect(intents).toHaveLength(1);
});

test('I17: a step that failed before the crash is not tried anew: the operation returns as it would have', async () => {
  const world = await openStepWorld();
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 30, weights: half };
  const operation = await left(world, failedFirst, { state: 'shifting' });
  expect(await run(world, operation)).toMatchObject({ state: 'returned', error: { code: 'Recorded' } });
  expect(world.sink.entry?.weights).toEqual(allLeft);
});

test('I17: a return that a crash interrupted goes on', async () => {
  const world = await openStepWorld();
  const back: Step = { kind: 'weigh', name: 'return', weights: allLeft, gate: undefined, deadlineMs: 3000 };
  const past = [...failedFirst, stepBody(5, back, 'intended')];
  const operation = await left(world, past, { state: 'returning', step: 1 });
  expect(await run(world, operation)).toMatchObject({ state: 'returned', error: { code: 'Recorded' } });
  const intents = world
    .journal()
    .filter((body) => body.kind === 'step' && body.index === 5 && body.state === 'intended');
  expect(intents).toHaveLength(1);
});

test('I17: a return that was over before the crash is only written down', async () => {
  const world = await openStepWorld();
  const back: Step = { kind: 'weigh', name: 'return', weights: allLeft, gate: undefined, deadlineMs: 3000 };
  const past = [...failedFirst, stepBody(5, back, 'reached')];
  const before = world.sink.asked.length;
  const operation = await left(world, past, { state: 'returning', step: 1 });
  expect(await run(world, operation)).toMatchObject({ state: 'returned' });
  expect(world.sink.asked.length).toBe(before);
});

test('I17: a step that ended unknown before the crash ends the operation unknown', async () => {
  const world = await openStepWorld();
  const operation = await left(world, [stepBody(0, stamp, 'unknown')]);
  expect(await run(world, operation)).toMatchObject({ state: 'unknown', error: { code: 'Recorded' } });
});

test('a journal that does not fit the plan stops everything', async () => {
  const world = await openStepWorld();
  const operation = await left(world, [stepBody(0, { ...stamp, name: '1-other' }, 'intended')]);
  const before = world.sink.asked.length;
  await expect(run(world, operation)).rejects.toMatchObject({ code: 'JournalMismatch' });
  expect(world.sink.asked.length).toBe(before);
});

test('an operation never ends twice', async () => {
  const world = await openStepWorld();
  const operation = await opened(world, planOf([]));
  await expect(run(world, { ...operation, endedAtMs: 1 })).rejects.toMatchObject({ code: 'AssertionFailed' });
});

test.for([
  { kind: 'return', state: 'returned', weights: allLeft },
  { kind: 'abort', state: 'failed', weights: allRight },
  { kind: 'hold', state: 'done', weights: allRight },
] as const)(
  'told to $kind while the last step recorded its end, it ends $state (I32)',
  async ({ kind, state, weights }) => {
    const world = await openStepWorld();
    const operation = await opened(world, plan);
    const onWay = course(operation);
    const { by } = operation;
    const { append } = world.ctx.journal;
    const ctx = {
      ...world.ctx,
      note: async (...note: Parameters<typeof world.ctx.note>) => {
        await world.ctx.note(...note);
        const [at, , stateOfStep] = note;
        if (at.step.name !== settle.name || stateOfStep !== 'reached') return;
        onWay.operation = { ...onWay.operation, order: { kind, by, atMs: 0, reason: undefined } };
        await append({ kind: 'operation', operation: onWay.operation });
      },
    };
    expect(await world.work(execute(ctx, onWay, world.calm))).toMatchObject({ state });
    expect(world.sink.history().at(-1)).toEqual(weights);
  },
);
