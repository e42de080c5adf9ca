import { expect, test } from 'vitest';
import { createExpiryNotice } from '../../src/engine/announce-expiry.ts';
import type { Standing } from '../../src/model/standing.ts';
import { allLeft, allRight, openStepWorld, type StepWorld } from './support/step-world.ts';

/** `left` has the traffic for a time; from `right`, unless told otherwise. */
async function movedFor(
  forMs: number,
  after = allLeft,
): Promise<{ world: StepWorld; warnings: () => readonly string[] }> {
  const world = await openStepWorld();
  const nowMs = world.clock.nowMs();
  const standing: Standing = {
    ...{ kind: 'shift', deployment: 'chat', by: world.process.deps.actor, atMs: nowMs, reason: 'drill' },
    ...{ operationId: 'op-1', before: allRight, after, forMs, untilMs: nowMs + forMs },
  };
  await world.ctx.journal.append({ kind: 'standing', key: 'shift', standing, why: 'test' });
  await world.memory.refresh();
  const warnings = () => world.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  return { world, warnings };
}

test('the end of a move is announced once, from the stated time before it on', async () => {
  const { world, warnings } = await movedFor(1_200_001);
  const notice = createExpiryNotice(world.ctx);
  notice();
  expect(warnings()).toEqual([]);
  await world.pass(20);
  notice();
  notice();
  expect(warnings()).toMatchObject([expect.stringMatching(/op-1 .* ends in 20m .*godwit op extend op-1/)]);
});

test('traffic that somebody has moved since has no end to announce', async () => {
  const { world, warnings } = await movedFor(1000, allRight);
  createExpiryNotice(world.ctx)();
  expect(warnings()).toEqual([]);
});
