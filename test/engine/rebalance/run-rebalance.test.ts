import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import { type RebalanceEnd, rebalanceLease, runRebalance } from '../../../src/engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../../../src/engine/rebalance/run-terms.ts';
import { GodwitError } from '../../../src/errors.ts';
import { createWorld, noLimits, type World } from '../support/world.ts';
import { ada, alive, begin, type Change, run, standing } from './support/running.ts';
import { policy, rated, solver, withShared } from './support/solving.ts';

test('moves the traffic and stops what nobody needs, and that stays so', async () => {
  const world = await standing();
  const { end, said } = await run(world);
  expect(end).toMatchObject({ kind: 'changed', left: [], reasons: [] });
  expect(said).toEqual(['move chat to right 100%', 'scale chat at left from 2 to 0']);
  expect(world.sink.entry?.weights).toEqual({ left: 0, right: 100 });
  await world.pass(10_000);
  expect(alive(world.left)).toBe(0);
  expect(alive(world.right)).toBe(2);
  expect(world.violations).toEqual([]);
  expect(world.operations().map(({ plan }) => plan.trigger)).toContain('rebalance');
});

test('interrupted in the middle of a change, says that the change goes on and how to watch it', async () => {
  const world = await standing();
  const stop = new AbortController();
  const { end } = begin(world, { signal: stop.signal });
  await world.until('under way', () => world.operations().some(({ state }) => state === 'shifting'));
  stop.abort();
  const ended = await world.drive(end, 120_000);
  const id = world.operations().find(({ plan }) => plan.trigger === 'rebalance')?.id;
  expect(ended).toMatchObject({
    ...{ kind: 'changed', isUnknown: true },
    reasons: [{ code: 'OperationRunning', message: `${id} goes on without this command: godwit op watch ${id}` }],
  });
});

test('starts what is cheaper before it moves anything', async () => {
  const world = await standing(0);
  const { end, said } = await run(world);
  expect(end).toMatchObject({ kind: 'changed', left: [] });
  expect(said).toEqual([
    'scale chat at right from 0 to 2',
    'move chat to right 100%',
    'scale chat at left from 2 to 0',
  ]);
  await world.pass(10_000);
  expect([alive(world.left), alive(world.right)]).toEqual([0, 2]);
  expect(world.violations).toEqual([]);
});

test('changes nothing, and asks nobody, when only markets would change', async () => {
  const world = await standing(0);
  const { deps } = world.boot();
  const capacity = (
    [
      ['on-demand', 4],
      ['spot', 1],
    ] as const
  ).map(([market, usdPerHour]) => {
    return { accelerator: 'H100', market, count: 2, usdPerHour };
  });
  const config = { ...withShared(deps.config, capacity, 1), rebalance: policy };
  const approve = (): Promise<boolean> => Promise.reject(new Error('asked'));
  const terms: RunTerms = {
    ...{ solver, withinMs: 20_000, runId: 'slot-1', reason: 'hourly', say: () => undefined, approve },
  };
  const count = world.operations().length;
  const end = await world.drive(runRebalance({ ...deps, config }, terms, new AbortController().signal), 120_000);
  expect(end).toMatchObject({ kind: 'unchanged', why: 'only-markets' });
  expect(world.operations().length).toBe(count);
  expect(end.kind === 'unchanged' && end.plan.outcome).toMatchObject({
    changes: [
      { site: 'left', replicas: { before: 2 }, markets: [{ market: 'on-demand', after: 0 }, { market: 'spot' }] },
    ],
  });
});

test('asked again under the same name it does nothing more', async () => {
  const world = await standing();
  await run(world);
  const count = world.operations().length;
  const { end } = await run(world);
  expect(end).toMatchObject({ kind: 'unchanged', why: 'best-as-it-is' });
  expect(world.operations().length).toBe(count);
});

test.for<[string, Change, object]>([
  ['saves too little', { over: { minimumGainUsdPerHour: 100 } }, { kind: 'unchanged', why: 'gains-too-little' }],
  ['is not wanted', { terms: { approve: async () => false } }, { kind: 'unchanged', why: 'declined' }],
  ['cannot be had', { over: { demandRps: { chat: 100 } } }, { kind: 'unchanged', why: 'no-plan' }],
  ['does not fit the whole deadline', { terms: { deadlineMs: 10 } }, { kind: 'unchanged', why: 'deadline-too-short' }],
])('a plan that %s changes nothing', async ([, change, expected]) => {
  const world = await standing();
  const before = world.operations().length;
  expect((await run(world, change)).end).toMatchObject(expected);
  expect(world.operations().length).toBe(before);
  expect(world.sink.entry?.weights).toEqual({ left: 100, right: 0 });
});

test('of two at once one works and the other finds the lease held', async () => {
  const world = await standing();
  const first = begin(world);
  await world.until('the first has begun', () => first.said.length > 0);
  const second = await run(world, { terms: { runId: 'slot-2' } });
  expect(second.end).toMatchObject({ kind: 'busy' });
  expect(await world.drive(first.end, 120_000)).toMatchObject({ kind: 'changed', left: [] });
});

test('what a person does between two steps ends it there', async () => {
  const world = await standing();
  const { end, said } = begin(world);
  await world.until(
    'it moves',
    () => said.length > 0 && world.operations().some(({ endedAtMs }) => endedAtMs === undefined),
  );
  const { deps } = world.boot();
  const wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'left', reason: 'mine' } as const;
  const person = carryOut({ ...deps, actor: ada }, wish, { timeoutMs: undefined }, new AbortController().signal);
  person.catch(() => undefined);
  expect(await world.drive(end, 120_000)).toMatchObject({ kind: 'changed', left: [{}, {}] });
  await world.drive(person, 120_000);
  expect(alive(world.left)).toBe(2);
  expect(world.violations).toEqual([]);
});

test('users that come back between two changes leave the rest for a quiet hour', async () => {
  const world = await standing();
  const { deps } = world.boot();
  let rps = 1;
  const read: typeof deps.traffic.traffic = async (name, call) => {
    const seen = await deps.traffic.traffic(name, call);
    if (seen.kind === 'unknown') return seen;
    const sites = seen.value.sites.map((each) => ({
      ...each,
      windowMs: 1000,
      attempts: each.site === 'left' ? rps : 0,
    }));
    return { ...seen, value: { ...seen.value, sites } };
  };
  const busy = { ...deps, traffic: { ...deps.traffic, traffic: read } };
  const { end, said } = begin(world, { deps: busy, terms: { idleBelowRatio: 0.5 } });
  await world.until('the first is begun', () => said.length > 0);
  rps = 30;
  expect(await world.drive(end, 120_000)).toMatchObject({
    ...{ kind: 'changed', done: [{ kind: 'weigh' }], left: [{ kind: 'scale' }] },
    reasons: [{ code: 'NotIdle', message: 'chat serves 30 of 40 rps that are ready; idle is below 50 %' }],
  });
  const again = await run(world, { deps: busy, terms: { idleBelowRatio: 0.5, runId: 'slot-2' } });
  expect(again.end).toMatchObject({ why: 'no-plan', plan: { outcome: { kind: 'skipped' } } });
  expect(JSON.stringify(again.end)).toContain('NotIdle');
});

test('what somebody does while the load is looked at ends it there', async () => {
  const world = await standing();
  const { deps } = world.boot();
  let hasLooked = false;
  const read: typeof deps.traffic.traffic = async (name, call) => {
    hasLooked = said.length > 0;
    return await deps.traffic.traffic(name, call);
  };
  const list: typeof deps.store.operations.list = async (query) => {
    const operations = await deps.store.operations.list(query);
    return operations.map((each) => (hasLooked ? { ...each, id: `${each.id}-of-ada` } : each));
  };
  const store = { ...deps.store, operations: { ...deps.store.operations, list } };
  const watched = { ...deps, store, traffic: { ...deps.traffic, traffic: read } };
  const { end, said } = begin(world, { deps: watched, terms: { idleBelowRatio: 0.5 } });
  expect(await world.drive(end, 120_000)).toMatchObject({
    ...{ kind: 'changed', done: [{ kind: 'weigh' }], left: [{ kind: 'scale' }], reasons: [{ code: 'WorldMoved' }] },
  });
});

test('what somebody does while the plan is read ends it before it begins', async () => {
  const world = await standing();
  const approve = async (): Promise<boolean> => {
    const wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: 'mine' } as const;
    const deps = { ...world.boot().deps, actor: ada };
    await carryOut(deps, wish, { timeoutMs: undefined }, new AbortController().signal);
    return true;
  };
  const { end } = await run(world, { terms: { approve } });
  expect(end).toMatchObject({ kind: 'changed', done: [], left: [{}, {}], reasons: [{ code: 'WorldMoved' }] });
  expect(alive(world.left)).toBe(2);
});

test('while a person reads the plan a scheduler works, and what it did ends theirs before it begins', async () => {
  const world = await standing();
  const meanwhile = { end: undefined as RebalanceEnd | undefined };
  const approve = async (): Promise<boolean> => {
    meanwhile.end = await begin(world, { terms: { runId: 'slot-2', isScheduled: true } }).end;
    return true;
  };
  const { end, said } = await run(world, { terms: { approve, isAsked: true } });
  expect(meanwhile.end).toMatchObject({ kind: 'changed', left: [] });
  expect(end).toMatchObject({ kind: 'changed', done: [], left: [{}, {}], reasons: [{ code: 'WorldMoved' }] });
  expect(said).toEqual([]);
  expect(world.violations).toEqual([]);
});

test('a yes finds the lease held while a scheduler is at it', async () => {
  const world = await standing();
  const other = { end: undefined as Promise<RebalanceEnd> | undefined };
  const approve = async (): Promise<boolean> => {
    const { end, said: begun } = begin(world, { terms: { runId: 'slot-2', isScheduled: true } });
    other.end = end;
    while (begun.length === 0) await world.clock.sleep(50, new AbortController().signal);
    return true;
  };
  const { end, said } = await run(world, { terms: { approve, isAsked: true } });
  expect(end).toMatchObject({ kind: 'busy' });
  expect(said).toEqual([]);
  expect(await world.drive(other.end ?? Promise.reject(new Error('none')), 120_000)).toMatchObject({ left: [] });
});

test.for([[true], [false]] as const)(
  'a person who is asked (%s) leaves the lease free for it, and carries out under it after the yes',
  async ([isAsked]) => {
    const world = await standing();
    const { lease } = world.boot().deps.store;
    const held: boolean[] = [];
    const approve = async (): Promise<boolean> => held.push((await lease.read(rebalanceLease)) !== undefined) > 0;
    const say = (): void => {
      void lease.read(rebalanceLease).then((record) => held.push(record !== undefined));
    };
    const { end } = await run(world, { terms: { approve, isAsked, say } });
    expect(end).toMatchObject({ kind: 'changed', left: [] });
    expect(held).toEqual([!isAsked, true, true]);
    expect(await lease.read(rebalanceLease)).toBeUndefined();
  },
);

test('a plan that is wanted more than ten minutes after it was made is not carried out', async () => {
  const world = await standing();
  const after = (ms: number) => async (): Promise<boolean> => {
    await world.clock.sleep(ms, new AbortController().signal);
    return true;
  };
  const late = begin(world, { terms: { approve: after(600_001) } });
  expect(await world.drive(late.end, 700_000)).toMatchObject({ kind: 'unchanged', why: 'outdated' });
  const inTime = begin(world, { terms: { approve: after(599_000), runId: 'slot-2' } });
  expect(await world.drive(inTime.end, 700_000)).toMatchObject({ kind: 'changed', left: [] });
});

test('a store that fails between two changes: what was done is told, and where it is recorded', async () => {
  const world = await standing();
  const { deps } = world.boot();
  let isBroken = false;
  const list: typeof deps.store.operations.list = async (query) => {
    if (isBroken) throw new GodwitError('StoreFailed', 'no room', { hint: 'make room' });
    return await deps.store.operations.list(query);
  };
  const broken = { ...deps, store: { ...deps.store, operations: { ...deps.store.operations, list } } };
  const { end, said } = begin(world, { deps: broken });
  await world.until('the first is begun', () => said.length > 0);
  isBroken = true;
  await expect(world.drive(end, 120_000)).rejects.toMatchObject({
    ...{ code: 'OperationFailed', hint: expect.stringMatching(/^make room; .*godwit history chat$/) },
    message:
      'no room. Until then 1 of 2 changes were done: move chat to right 100%. Not done: scale chat at left from 2 to 0',
    details: { done: ['move chat to right 100%'], left: ['scale chat at left from 2 to 0'] },
  });
  expect(world.sink.entry?.weights).toEqual({ left: 0, right: 100 });
});

/** Left has three of five replicas, and at most half of what is ready goes within a minute. */
async function windowedWorld(): Promise<World> {
  const placements = [rated('left', 4, 3), rated('right', 3, 2)];
  const world = createWorld({
    deployment: { placements },
    failover: {
      safety: {
        ...{ ...noLimits, brakeRatio: 0.5, coolDownMs: 60_000, maxFailoversPerDay: 3, dwellMs: 5000 },
        removalWindowMs: 60_000,
      },
    },
    sites: { left: 3, right: 2 },
  });
  runController(world.boot().deps, new AbortController().signal).catch(() => undefined);
  await world.until('proven', () => (world.sink.entry?.spill.length ?? 0) === 2);
  await world.pass(3000);
  return world;
}

test('takes no more than the removal velocity lets through, and waits for it (I12)', async () => {
  const world = await windowedWorld();
  const { end, said } = await run(world);
  expect(end).toMatchObject({ kind: 'changed', left: [], reasons: [] });
  expect(said.map((line) => line.replace(/waiting \S+( \S+)?:/, 'waiting:'))).toEqual([
    'move chat to right 100%',
    'scale chat at left from 3 to 1',
    'scale chat at left from 1 to 0',
    'waiting: would take 60 % of what is ready at once, at most 50 %',
    'scale chat at left from 1 to 0',
  ]);
  await world.pass(10_000);
  expect([alive(world.left), alive(world.right)]).toEqual([0, 2]);
  expect(world.violations).toEqual([]);
});

test('leaves to the next run what the removal velocity puts off beyond its deadline', async () => {
  const world = await windowedWorld();
  const { end } = await run(world, { terms: { deadlineMs: 50_000 } });
  expect(end).toMatchObject({ kind: 'changed', left: [{ kind: 'scale', before: 1, after: 0 }] });
  expect(end.kind === 'changed' ? end.reasons : []).toEqual([
    {
      code: 'Withdrawn',
      message: expect.stringMatching(
        /^scale chat at left from 1 to 0 may take .* with the wait before it, and .* are left of the deadline$/,
      ),
    },
  ]);
  expect([alive(world.left), alive(world.right)]).toEqual([1, 2]);
});

test.for([
  { by: 'a scheduler', isScheduled: true, left: 1, message: 'rebalance.windows are closed before scale chat' },
  { by: 'a person', isScheduled: false, left: 0, message: '' },
])('windows that close while a run waits leave the rest of one by $by', async ({ isScheduled, left, message }) => {
  const world = await windowedWorld();
  const nextMin = (Math.floor(world.clock.nowMs() / 60_000) % 1440) + 1;
  const windows = { allow: [{ days: [0, 1, 2, 3, 4, 5, 6], fromMin: 0, untilMin: nextMin }], timezone: 'UTC' };
  const { end } = await run(world, { over: { windows }, terms: { isScheduled } });
  expect(end).toMatchObject({ kind: 'changed', left: left === 0 ? [] : [{ before: 1, after: 0 }] });
  expect(end.kind === 'changed' ? (end.reasons[0]?.message ?? '') : undefined).toContain(message);
  expect(alive(world.left)).toBe(left);
});
