/** A scale whose process is killed, or left without an answer, at every append and every changing call there is. */
import { describe, expect, test } from 'vitest';
import { carryOut } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import type { Wish } from '../../src/model/wish.ts';
import type { Death, Process } from './support/process.ts';
import { typeUntilOver } from './support/typed-again.ts';
import { createWorld, openStore, type World } from './support/world.ts';

interface Life {
  readonly world: World;
  readonly first: Process;
}

/** `left` has the traffic. What was killed is typed once more, under the same name. */
async function live(from: number, to: number, death?: Death): Promise<Life> {
  const world = createWorld({ sites: { left: from, right: 2 } });
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('all proven', () => servingAt(world) === from && world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(led);
  world.trace.length = 0;
  const wish: Wish = { deployment: 'chat', kind: 'scale', from: 'left', to: undefined, reason: 'load', replicas: to };
  const options = { timeoutMs: undefined, requestId: 'ticket-7' };
  const first = await typeUntilOver(world, death, ({ deps }) =>
    carryOut(deps, wish, options, new AbortController().signal),
  );
  return { world, first };
}

function servingAt({ sink }: World): number {
  const left = sink.entry?.sites.find(({ site }) => site === 'left');
  return (left?.replicas ?? []).filter(({ state }) => state === 'serving').length;
}

/** All that must be the same, whatever happened on the way. */
async function outcome({ world }: Life) {
  const { left, state, clock } = world;
  const standing = await openStore(state, clock, 1).standing.list('chat');
  return {
    replicas: [...left.replicas.values()].map((each) => `${each.slot} ${each.state} ${each.billed}`).toSorted(),
    started: left.made.length,
    stopped: new Set(left.asked.flatMap(({ verb, slot }) => (verb === 'stop' ? [slot] : []))).size,
    operations: world.operations().map(({ plan, state: end }) => `${plan.kind} ${end}`),
    standing: standing.map((each) => (each.kind === 'scale' ? `${each.site} ${each.replicas}` : each.kind)),
    weights: world.sink.entry?.weights,
    least: Math.min(...world.sink.accepted.slice(1).map(leastServing)),
    violations: world.violations,
  };
}

/** As few as the table ever offered once it offered any. */
function leastServing({ sites }: World['sink']['accepted'][number]): number {
  const left = sites.find(({ site }) => site === 'left')?.replicas ?? [];
  return left.length === 0 ? Number.POSITIVE_INFINITY : left.filter(({ state }) => state === 'serving').length;
}

describe.for([
  {
    name: 'up',
    from: 1,
    to: 3,
    started: 3,
    stopped: 0,
    replicas: ['0', '1', '2'].map((slot) => `${slot} running yes`),
  },
  {
    ...{ name: 'down', from: 3, to: 1, started: 3, stopped: 2 },
    replicas: ['0 running yes', '1 gone no', '2 gone no'],
  },
])('$name', async ({ from, to, started, stopped, replicas }) => {
  const calm = await live(from, to);
  const expected = {
    ...{ replicas, started, stopped, operations: ['start done', 'scale done'], standing: [`left ${to}`] },
    ...{ weights: { left: 100, right: 0 }, least: 1, violations: [] },
  };
  const lines = calm.world.trace.slice(0, calm.first.points());
  const deaths = lines.flatMap((line, index) =>
    (['before', 'after', 'unanswered'] as const)
      // An append is on our own disk: it answers or fails.
      .filter((when) => when !== 'unanswered' || !/^(append|answer|request|put)/.test(line))
      .map((when): Death & { readonly line: string } => ({ at: index + 1, when, line })),
  );

  test('without a fault', async () => {
    expect(await outcome(calm)).toEqual(expected);
  });

  test.for(deaths)('I14, I17: killed or left $when point $at ($line): the same end', async ({ at, when }) => {
    const lived = await live(from, to, { at, when });
    expect(lived.first.isDead()).toBe(when !== 'unanswered');
    expect(await outcome(lived)).toEqual(expected);
  });
});
