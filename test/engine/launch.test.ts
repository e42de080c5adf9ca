import { expect, test } from 'vitest';
import { runStep } from '../../src/engine/run-step.ts';
import type { Step } from '../../src/model/plan.ts';
import { onlyStep, opened, openStepWorld, planOf, type StepWorld } from './support/step-world.ts';

const launch: Step = {
  ...{ kind: 'launch', name: '1-launch right', site: 'right', slots: [0], bestEffort: false, deadlineMs: 90_000 },
};
const soldOut = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;

/** `right` has lost what it had. */
async function openEmptied(listLagMs = 0): Promise<StepWorld> {
  const world = await openStepWorld({ sites: { left: 1, right: 2 } });
  for (const slot of [0, 1]) world.right.crash(slot);
  world.right.listLagMs = listLagMs;
  return world;
}

async function run(world: StepWorld, step: Step) {
  return await world.work(runStep(world.ctx, await onlyStep(world, step), world.calm));
}

function states(world: StepWorld): readonly string[] {
  return world.journal().flatMap((body) => (body.kind === 'step' ? [`${body.part ?? 'step'} ${body.state}`] : []));
}

test('a launch that was accepted and is gone is asked about again, and its late refusal ends the step', async () => {
  const world = await openEmptied();
  world.right.faults.push('gone', { refuse: soldOut });
  const began = world.clock.monoMs();
  expect(await run(world, launch)).toEqual({ kind: 'failed', error: soldOut });
  expect(world.right.asked.map(({ call }) => call.idempotencyKey)).toEqual(['op-1/0/0', 'op-1/0/0']);
  expect(states(world)).toEqual([
    'step intended',
    '0 intended',
    '0 reached',
    '0 intended',
    '0 refused',
    'step refused',
  ]);
  expect(world.clock.monoMs() - began).toBeLessThan(2000);
});

test('a launch that was accepted and is gone is reached with what the same key makes anew', async () => {
  const world = await openEmptied();
  world.right.faults.push('gone', 'anew');
  expect(await run(world, launch)).toEqual({ kind: 'reached' });
  expect(world.right.asked.map(({ call }) => call.idempotencyKey)).toEqual(['op-1/0/0', 'op-1/0/0']);
});

test('only the slot that was lost is asked for again', async () => {
  const world = await openEmptied();
  world.right.faults.push('pass', 'gone', 'anew');
  expect(await run(world, { ...launch, slots: [0, 1] })).toEqual({ kind: 'reached' });
  expect(world.right.asked.map(({ slot }) => slot)).toEqual([0, 1, 1]);
});

test('a late refusal of a replacement is recorded and fails nothing', async () => {
  const world = await openEmptied();
  world.right.faults.push('gone', { refuse: soldOut });
  expect(await run(world, { ...launch, bestEffort: true })).toEqual({ kind: 'reached' });
  expect(world.journal().at(-1)).toMatchObject({ kind: 'step', state: 'refused', error: soldOut });
});

test('I27: what is not listed is asked about again once a list had to show it, and not before', async () => {
  const world = await openEmptied(4000);
  world.right.faults.push('nothing', { refuse: soldOut });
  const began = world.clock.monoMs();
  const end = world.work(runStep(world.ctx, await onlyStep(world, launch), world.calm));
  await world.until('the second ask', () => world.right.asked.length === 2);
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(4000);
  expect(world.clock.monoMs() - began).toBeLessThan(5000);
  expect(await end).toEqual({ kind: 'failed', error: soldOut });
});

test('I26: a list that cannot be read shows no loss: nothing is asked again for it', async () => {
  const world = await openEmptied();
  world.right.faults.push('nothing');
  world.right.listError = { class: 'auth', code: '401', message: 'expired' };
  expect(await run(world, launch)).toMatchObject({ kind: 'failed', error: { code: 'DeadlinePassed' } });
  expect(world.right.asked).toHaveLength(1);
});

test('I24: what stays gone is asked about ever more slowly, and the step says in the end what became of it', async () => {
  const world = await openEmptied();
  world.right.faults.push('gone');
  expect(await run(world, { ...launch, deadlineMs: 60_000 })).toMatchObject({
    kind: 'failed',
    error: { code: 'ReplicaGone', message: expect.stringContaining('the start of slot 0 was granted') },
  });
  expect(world.right.asked.length).toBeGreaterThan(4);
  expect(world.right.asked.length).toBeLessThan(20);
});

test('what others find to be hopeless meanwhile is asked about all the same: the provider knows what became of it', async () => {
  const world = await openEmptied();
  const { config, store } = world.ctx.deps;
  const site = config.sites.find(({ name }) => name === 'right');
  Object.assign(world.ctx.deps.providers.get('right') ?? {}, { account: 'ours' });
  world.right.faults.push('gone', { refuse: soldOut });
  const end = world.work(runStep(world.ctx, await onlyStep(world, launch), world.calm));
  await world.until('the first ask', () => world.right.asked.length === 1);
  const nowMs = world.clock.nowMs();
  await store.blocks.put(
    [
      {
        ...{ site: 'right', provider: site?.provider ?? '', account: 'ours', region: site?.region },
        ...{ deployment: 'chat', config: config.digest, offer: undefined, scope: 'site', reach: undefined },
        ...soldOut,
        ...{ atMs: nowMs, untilMs: nowMs + 60_000, isUntilChanged: false },
      },
    ],
    nowMs,
  );
  expect(await end).toEqual({ kind: 'failed', error: soldOut });
  expect(world.right.asked).toHaveLength(2);
});

test.for([
  { name: 'launched by the same operation', isLaunched: true, says: 'the launch failed after it was accepted' },
  { name: 'there before', isLaunched: false, says: 'its log says why' },
])('a proof of what is gone and was $name says so', async ({ isLaunched, says }) => {
  const world = await openEmptied();
  const prove: Step = { kind: 'prove', name: '2-prove right', site: 'right', replicas: 1, deadlineMs: 1_000_000 };
  const operation = await opened(world, planOf(isLaunched ? [launch, prove] : [prove]));
  await world.lookUntil('the loss', () => world.diagnosis().sites[1]?.ready.length === 0);
  const at = { operation, index: isLaunched ? 1 : 0, step: prove, past: [] };
  const end = await world.work(runStep(world.ctx, at, world.calm));
  expect(end).toMatchObject({ kind: 'failed', error: { code: 'ReplicaGone', message: expect.stringContaining(says) } });
});
