import { expect, test } from 'vitest';
import { openDrilled, typeShift } from '../support/drilled-world.ts';
import type { Death, Process } from '../support/process.ts';
import { typeUntilOver } from '../support/typed-again.ts';
import type { World } from '../support/world.ts';

interface Life {
  readonly world: World;
  readonly first: Process;
  /** Writes of other weights that reached the gateway while the drill broke its traffic; proofs may be refreshed. */
  readonly early: readonly string[];
}

/** A person shifts during a drill. When the process was killed the same is typed once more, under the same name. */
async function live(death?: Death): Promise<Life> {
  const world = await openDrilled();
  const early: string[] = [];
  const write = world.sink.write.bind(world.sink);
  world.sink.write = async (entry, call) => {
    const isMove = JSON.stringify(entry.weights) !== JSON.stringify(world.sink.entry?.weights);
    if (isMove && world.sink.drilled.length > 0) early.push(`${call.idempotencyKey} ${JSON.stringify(entry.weights)}`);
    return await write(entry, call);
  };
  world.trace.length = 0;
  const first = await typeUntilOver(world, death, (process) => typeShift(process, { requestId: 'ticket-7' }));
  return { world, first, early };
}

/** All that must be the same, whatever happened on the way. */
function outcome({ world, early }: Life) {
  return {
    early,
    drilled: world.sink.drilled,
    lifted: world.sink.lifted.length,
    weights: world.sink.history(),
    operations: world.operations().map(({ plan, state }) => `${plan.kind} ${state}`),
    requests: [...world.state.requests.values()].map(({ answer }) => answer?.kind),
    violations: world.violations,
  };
}

const calm = await live();
const lines = calm.world.trace.slice(0, calm.first.points());

test('without a fault: the drill is undone once, then the weights are moved', () => {
  expect(outcome(calm)).toEqual({
    early: [],
    drilled: [],
    lifted: 1,
    weights: [
      { left: 100, right: 0 },
      { left: 50, right: 50 },
      { left: 0, right: 100 },
    ],
    operations: ['start done', 'shift done'],
    requests: ['accepted'],
    violations: [],
  });
  expect(lines).toContain('lift');
});

const deaths = lines.flatMap((line, index) =>
  (['before', 'after', 'unanswered'] as const)
    // An append is on our own disk: it answers or fails.
    .filter((when) => when !== 'unanswered' || !/^(append|answer|request|put)/.test(line))
    .map((when): Death & { readonly line: string } => ({ at: index + 1, when, line })),
);

test.for(deaths)(
  'I14, I17: a shift during a drill, killed or left $when point $at ($line), undoes the drill before it moves anything',
  async ({ at, when }) => {
    const lived = await live({ at, when });
    expect(lived.first.isDead()).toBe(when !== 'unanswered');
    expect(outcome(lived)).toEqual(outcome(calm));
    const { trace } = lived.world;
    expect(trace.findIndex((line) => /^append step \S*undo loss-1 intended/.test(line))).toBeLessThan(
      trace.indexOf('lift'),
    );
  },
);
