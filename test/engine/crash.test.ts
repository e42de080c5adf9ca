import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import type { JournalDraft } from '../../src/model/journal-entry.ts';
import { verifyChain } from '../../src/store/chain.ts';
import type { Death, Process } from './support/process.ts';
import { createWorld, openStore, type World } from './support/world.ts';

const allLeft = { left: 100, right: 0 };
const allRight = { left: 0, right: 100 };

type Scenario = 'failover' | 'switchover';

/** `failover`: the active site dies. `switchover`: a person asks for it, and it is moved in gated steps. */
async function setOff(world: World, scenario: Scenario): Promise<void> {
  if (scenario === 'failover') {
    world.left.crash(0);
    return;
  }
  const { operations } = openStore(world.state, world.clock, 1);
  await operations.request({
    ...{ id: 'rq-1', deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: undefined },
    ...{ by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 }, atMs: world.clock.nowMs(), answer: undefined },
    revision: await operations.revision('chat'),
  });
}

/**
 * A first start, then the scenario, until all is calm again. Whenever the controller was killed, a new one takes its
 * place. Returns the first.
 */
async function live(world: World, scenario: Scenario, death?: Death): Promise<Process> {
  const first = world.boot(death);
  const stop = new AbortController();
  let process = first;
  let end = runController(process.deps, stop.signal);
  const until = (what: string, isMet: () => boolean): Promise<void> =>
    world.until(what, () => {
      if (process.isDead()) {
        process = world.boot();
        end = runController(process.deps, stop.signal);
      }
      return isMet();
    });
  const isProven = (weights: object) => () =>
    world.sink.entry?.spill.length === 2 &&
    JSON.stringify(world.sink.entry.weights) === JSON.stringify(weights) &&
    world.operations().every(({ endedAtMs }) => endedAtMs !== undefined);
  await until('both sites proven', isProven(allLeft));
  await setOff(world, scenario);
  await until('the move over and both sites proven', isProven(allRight));
  stop.abort();
  let isEnded = false;
  const noted = end.then(() => {
    isEnded = true;
  });
  // The last points lie in the moment of its end.
  await world.until('its end', () => isEnded || process.isDead());
  if (isEnded) await noted;
  return first;
}

/** All that must be the same, whatever happened on the way. */
function outcome(world: World) {
  const made = [...world.left.made, ...world.right.made];
  const state = (cloud: World['left']) => [...cloud.replicas.values()].map((each) => `${each.slot} ${each.state}`);
  return {
    weights: world.sink.history(),
    left: state(world.left),
    right: state(world.right),
    starts: [world.left.made.length, world.right.made.length],
    twice: made.length - new Set(made.map(({ operationId, slot, id }) => `${operationId} ${slot} ${id[0]}`)).size,
    operations: world.operations().map(({ plan, state: ended }) => `${plan.kind} ${ended}`),
    requests: [...world.state.requests.values()].map(({ answer }) => answer?.kind),
    violations: world.violations,
  };
}

async function liveCalmly(scenario: Scenario) {
  const world = createWorld();
  const points = (await live(world, scenario)).points();
  return { scenario, world, points, outcome: outcome(world) };
}

const failover = await liveCalmly('failover');
const switchover = await liveCalmly('switchover');
const both = [failover, switchover];

test('without a fault: one start, then the move, and only what is needed', () => {
  expect(failover.outcome).toEqual({
    weights: [allLeft, allRight],
    left: ['0 gone', '0 running'],
    right: ['0 running'],
    starts: [2, 1],
    twice: 0,
    operations: ['start done', 'failover done'],
    requests: [],
    violations: [],
  });
  expect(switchover.outcome).toEqual({
    ...failover.outcome,
    weights: [allLeft, { left: 50, right: 50 }, allRight],
    left: ['0 running'],
    starts: [1, 1],
    operations: ['start done', 'switchover done'],
    requests: ['accepted'],
  });
  for (const { points } of both) expect(points).toBeGreaterThan(40);
});

const deaths = both.flatMap(({ scenario, points, outcome: expected }) =>
  Array.from({ length: points }, (_, index) => index + 1).flatMap((at) =>
    (['before', 'after'] as const).map((when) => ({ scenario, expected, at, when })),
  ),
);

test.for(deaths)(
  'I14, I17: killed $when point $at of a $scenario, the next controller ends in the same state with the same effects',
  async ({ scenario, expected, at, when }) => {
    const world = createWorld();
    const first = await live(world, scenario, { at, when });
    expect(first.isDead()).toBe(true);
    expect(outcome(world)).toEqual(expected);
    const entries = await openStore(world.state, world.clock, 1).journal.read({ limit: 10_000 });
    expect(verifyChain(entries).kind).toBe('ok');
  },
);

/** An append is on our own disk: it answers or fails. */
const calls = both.flatMap(({ scenario, world, outcome: expected }) =>
  world.trace.flatMap((line, index) =>
    /^(append|answer|request)/.test(line) ? [] : [{ scenario, expected, at: index + 1, line }],
  ),
);

test.for(calls)(
  'I14, I17: with the answer to $line of a $scenario lost it ends in the same state with the same effects',
  async ({ scenario, expected, at }) => {
    const world = createWorld();
    await live(world, scenario, { at, when: 'unanswered' });
    expect(outcome(world)).toEqual(expected);
  },
);

test.for(both)(
  'I18: every changing call of a $scenario is in the journal as intended before it is made',
  ({ world: calm }) => {
    const intents = new Set<string>();
    const bodies = calm.state.entries.map(({ text }) => (JSON.parse(text) as JournalDraft).body);
    for (const line of calm.trace) {
      if (line.startsWith('append')) {
        const body = bodies.shift();
        if (body?.kind === 'step' && body.state === 'intended')
          intents.add([body.operationId, body.index, ...(body.part === undefined ? [] : [body.part])].join('/'));
        if (body?.kind === 'route' && body.state === 'intended')
          intents.add(`refresh/${body.entry.epoch}/${body.entry.routeVersion}`);
      } else if (!/^(stamp takeover|answer)/.test(line)) {
        expect(intents).toContain(line.split(' ')[1]);
      }
    }
    expect(bodies).toEqual([]);
  },
);

test.for(both)('I5: every vector of a $scenario is whole and sums to 100', ({ world: calm }) => {
  for (const { weights } of calm.sink.accepted) {
    expect(Object.values(weights).every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(true);
    expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBe(100);
  }
});

test.for(both)('I3: at most one operation is open at a time in a $scenario', ({ world: calm }) => {
  const open = new Set<string>();
  for (const { text } of calm.state.entries) {
    const { body } = JSON.parse(text) as JournalDraft;
    if (body.kind !== 'operation') continue;
    if (body.operation.endedAtMs === undefined) open.add(body.operation.id);
    else open.delete(body.operation.id);
    expect(open.size).toBeLessThanOrEqual(1);
  }
});
