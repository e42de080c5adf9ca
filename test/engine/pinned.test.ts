import { expect, test } from 'vitest';
import { hasMoved } from '../../src/core/moved.ts';
import { entryOfReturn } from '../../src/core/routing/pins.ts';
import { type Course, execute } from '../../src/engine/execute.ts';
import { isLost } from '../../src/engine/lease-grip.ts';
import { runStep } from '../../src/engine/run-step.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Gate, Step } from '../../src/model/plan.ts';
import type { Weights } from '../../src/model/route.ts';
import { pin } from '../core/support/pins.ts';
import {
  allLeft,
  allRight,
  onlyStep,
  opened,
  openStepWorld,
  planOf,
  type StepWorld,
  weighRight,
} from './support/step-world.ts';

const half = { left: 50, right: 50 };
const gate: Gate = {
  sites: ['right'],
  holdMs: 500,
  promoteWhen: [limitOn('errorRate', '<=', 0.1), limitOn('ttft.p95', '<=', 200)],
};
const first: Step = { kind: 'weigh', name: '1-weigh', weights: half, gate, deadlineMs: 3000 };
const second: Step = { kind: 'weigh', name: '2-weigh', weights: allRight, gate, deadlineMs: 3000 };

/** As the gateway does it when a person says `return`. */
function returnTo(world: StepWorld, weights: Weights): void {
  const { entry: current, epoch } = world.sink;
  if (current === undefined) throw new Error('nothing is in force');
  const fence = { epoch, routeVersion: current.routeVersion };
  const verdict = entryOfReturn({ fence, current, weights, spillUntilMs: new Map(), nowMonoMs: 0 });
  if (verdict.kind === 'refused') throw new Error(verdict.message);
  world.sink.entry = verdict.entry;
  world.sink.pinned = pin({ kind: 'return', weights });
}

/** As the loop does: look, take over what was seen, publish what changed. */
async function turn(world: StepWorld): Promise<void> {
  const { ctx, calm, drive, pass } = world;
  await drive(ctx.observer.look(100, calm));
  ctx.routes.adopt(ctx.observer.sight().route);
  await drive(ctx.routes.refresh(ctx.view(), calm));
  await pass(100);
}

const course = (operation: Operation): Course => ({ operation, interrupt: new AbortController().signal });

test('a pinned gateway fails a step at its first try, clearly and at once; the lease is kept', async () => {
  const world = await openStepWorld();
  world.sink.pinned = pin();
  const before = world.sink.asked.length;
  const end = await world.work(runStep(world.ctx, await onlyStep(world, weighRight), world.calm));
  expect(end).toEqual({
    kind: 'failed',
    error: { class: 'invalid', code: 'Pinned', message: 'ana on ops-1 pinned the weights (hold, pin 1): looks odd' },
  });
  expect(world.sink.asked.length - before).toBe(1);
  expect(world.journal().at(-1)).toMatchObject({ kind: 'step', state: 'refused', error: { code: 'Pinned' } });
  expect(isLost(world.ctx.grip)).toBe(false);
});

test('a step whose weights are those that are pinned is reached', async () => {
  const world = await openStepWorld();
  returnTo(world, allRight);
  expect(await world.work(runStep(world.ctx, await onlyStep(world, weighRight), world.calm))).toEqual({
    kind: 'reached',
  });
});

test('an operation that a pin refused before it moved anything ends failed, and spends no budget', async () => {
  const world = await openStepWorld();
  world.sink.pinned = pin();
  const ended = await world.work(execute(world.ctx, course(await opened(world, planOf([first, second]))), world.calm));
  expect(ended).toMatchObject({ state: 'failed', step: 0, error: { code: 'Pinned' } });
  expect(hasMoved(ended)).toBe(false);
  expect(world.sink.history()).toEqual([allLeft]);
});

test('a hold in the middle of a move keeps the weights where they are: nothing is given back against it', async () => {
  const world = await openStepWorld();
  const end = world.work(execute(world.ctx, course(await opened(world, planOf([first, second]))), world.calm));
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  world.sink.pinned = pin();
  const ended = await end;
  expect(ended).toMatchObject({ state: 'failed', step: 1, error: { code: 'Pinned' } });
  expect(hasMoved(ended)).toBe(true);
  expect(world.sink.entry?.weights).toEqual(half);
});

test('a return in the middle of a move is left in force', async () => {
  const world = await openStepWorld();
  const end = world.work(execute(world.ctx, course(await opened(world, planOf([first, second]))), world.calm));
  await world.until('half', () => world.sink.entry?.weights['right'] === 50);
  returnTo(world, allLeft);
  const ended = await end;
  expect(ended).toMatchObject({ state: 'failed', error: { class: 'conflict', code: 'Pinned' } });
  // It had begun: what it moved counts, although a person took it back.
  expect(hasMoved(ended)).toBe(true);
  expect(world.sink.entry?.weights).toEqual(allLeft);
});

test('weights that a pin returned to are adopted, and replicas go on being published with them', async () => {
  const world = await openStepWorld();
  const version = world.sink.entry?.routeVersion ?? 0;
  returnTo(world, half);
  await turn(world);
  await turn(world);
  expect(world.ctx.routes.weights()).toEqual(half);
  const before = world.sink.accepted.length;
  world.left.crash(0);
  for (let turns = 0; world.sink.accepted.length === before; turns += 1) {
    expect(turns).toBeLessThan(100);
    await turn(world);
  }
  expect(world.sink.entry?.weights).toEqual(half);
  expect(world.sink.entry?.routeVersion).toBeGreaterThan(version + 1);
  expect(
    world
      .journal()
      .filter((body) => body.kind === 'route')
      .at(-1),
  ).toMatchObject({ state: 'reached' });
});
