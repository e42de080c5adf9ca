import { expect, test } from 'vitest';
import { carryOut } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { drainsOf } from '../../src/engine/look-back.ts';
import type { DrainList } from '../../src/model/drained.ts';
import type { Wish } from '../../src/model/wish.ts';
import { keepLedger, type Ledger } from './support/ledger.ts';
import type { Death, Process } from './support/process.ts';
import { typeUntilOver } from './support/typed-again.ts';
import { createWorld, openStore, type World } from './support/world.ts';

const drain: Wish = { deployment: 'chat', kind: 'drain', from: 'left', to: undefined, reason: 'repair' };

interface Life {
  readonly world: World;
  readonly ledger: Ledger;
  readonly first: Process;
}

/** A person drains `left`. When the process was killed the same is typed once more, under the same name. */
async function live(death?: Death): Promise<Life> {
  const world = createWorld();
  const ledger = keepLedger(world);
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(led);
  world.trace.length = 0;
  const options = { timeoutMs: undefined, requestId: 'ticket-7' };
  const first = await typeUntilOver(world, death, ({ deps }) =>
    carryOut(deps, drain, options, new AbortController().signal),
  );
  return { world, ledger, first };
}

/** All that must be the same, whatever happened on the way. */
function outcome({ world, ledger }: Life) {
  return {
    begins: ledger.begins(),
    running: [...ledger.endedAtMs().values()].filter((atMs) => atMs > world.clock.nowMs()),
    weights: world.sink.entry?.weights,
    operations: world.operations().map(({ plan, state }) => `${plan.kind} ${state}`),
    violations: world.violations,
  };
}

async function listOf({ world }: Life): Promise<readonly DrainList[]> {
  const operation = world.operations().find(({ plan }) => plan.kind === 'drain');
  return operation === undefined ? [] : await drainsOf(openStore(world.state, world.clock, 1), operation);
}

/** Those that ran when the intent of the drain was written down. */
function ranAtBegin({ world, ledger }: Life): readonly string[] {
  const entries = world.state.entries.map(({ text }) => JSON.parse(text));
  const isIntent = ({ body }: { body: { kind: string; step?: string; state?: string } }): boolean =>
    body.kind === 'step' && body.state === 'intended' && body.step?.includes('drain left') === true;
  const { atMs } = entries.find(isIntent);
  return [...ledger.endedAtMs()].flatMap(([id, endedAtMs]) => (endedAtMs > atMs ? [id] : []));
}

const calm = await live();
const lines = calm.world.trace.slice(0, calm.first.points());

test('without a fault: one list, from the begin of the drain, with every request in it', async () => {
  expect(outcome(calm)).toEqual({
    ...{ begins: 1, running: [], weights: { left: 0, right: 100 }, violations: [] },
    operations: ['start done', 'drain done'],
  });
  const [list, ...others] = await listOf(calm);
  expect(others).toEqual([]);
  expect(list).toMatchObject({ kind: 'listed', site: 'left', counts: { finished: 2, cut: 1, running: 0 } });
  expect(list).not.toHaveProperty('sinceMs');
  expect(ranAtBegin(calm)).toEqual(['short', 'middle', 'endless']);
});

const deaths = lines.flatMap((line, index) =>
  (['before', 'after', 'unanswered'] as const)
    // An append is on our own disk: it answers or fails.
    .filter((when) => when !== 'unanswered' || !/^(append|answer|request|put)/.test(line))
    .map((when): Death & { readonly line: string } => ({ at: index + 1, when, line })),
);

test.for(deaths)(
  'I14, I17: a drain, killed or left $when point $at ($line), loses no line of its list, or says since when it lists',
  async ({ at, when }) => {
    const lived = await live({ at, when });
    expect(lived.first.isDead()).toBe(when !== 'unanswered');
    expect(outcome(lived)).toEqual(outcome(calm));
    const [list, ...others] = await listOf(lived);
    expect(others).toEqual([]);
    if (list?.kind !== 'listed') throw new Error(`no list: ${JSON.stringify(list)}`);
    const ids = list.streams.map(({ id }) => id);
    const missing = ranAtBegin(lived).filter((id) => !ids.includes(id));
    if (list.sinceMs === undefined) expect(missing).toEqual([]);
    for (const id of missing) expect(lived.ledger.endedAtMs().get(id)).toBeLessThanOrEqual(list.sinceMs ?? 0);
    expect(list.counts).toMatchObject({ running: 0, cut: 1 });
  },
);
