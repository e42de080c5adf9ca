import { expect, test } from 'vitest';
import { runController } from '../../../src/engine/controller.ts';
import { preview } from '../../../src/engine/preview.ts';
import { openDrilled, shift, typeShift } from '../support/drilled-world.ts';
import { gatewayAbsent } from '../support/fake-sink.ts';
import type { World } from '../support/world.ts';

/** What the operations did, in order, by the name of the step. */
function done(world: World): readonly string[] {
  return world.journal().flatMap((body) => (body.kind === 'step' ? [`${body.step} ${body.state}`] : []));
}

test('a person’s move during a drill undoes the fault before it touches a weight', async () => {
  const world = await openDrilled();
  const { planned } = await world.drive(preview(world.boot().deps, shift, new AbortController().signal));
  expect(planned?.plan.steps[0]).toMatchObject({ kind: 'undo', run: 'loss-1' });
  const before = world.sink.accepted.length;
  world.trace.length = 0;
  expect(await world.drive(typeShift(world.boot()))).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.sink.drilled).toEqual([]);
  expect(world.sink.lifted).toEqual([expect.stringMatching(/^op-\w+: manual shift, carried out by /)]);
  const lift = world.trace.indexOf('lift');
  expect(lift).toBeGreaterThan(world.trace.indexOf('append step 1-undo loss-1 intended'));
  expect(world.trace.findIndex((each) => /weigh .* intended/.test(each))).toBeGreaterThan(lift);
  expect(world.sink.accepted.length).toBeGreaterThan(before);
  expect(done(world)).toContain('1-undo loss-1 reached');
  expect(world.violations).toEqual([]);
});

test('a drill that cannot be seen may be there: a person’s move undoes whatever it is', async () => {
  const world = await openDrilled();
  const faults = world.sink.faults.bind(world.sink);
  world.sink.faults = async () => ({ kind: 'unknown', error: gatewayAbsent });
  const { planned } = await world.drive(preview(world.boot().deps, shift, new AbortController().signal));
  expect(planned?.plan.steps[0]).toMatchObject({ kind: 'undo', run: 'any drill' });
  world.sink.faults = faults;
  const seen = await world.drive(preview(world.boot().deps, shift, new AbortController().signal));
  expect(seen.planned?.plan.steps[0]).toMatchObject({ kind: 'undo', run: 'loss-1' });
});

test.for([
  { name: 'is refused', error: { ...gatewayAbsent, class: 'invalid' }, tries: 1 },
  { name: 'finds no gateway, again and again', error: gatewayAbsent, tries: 2 },
] as const)('while the undoing $name no other weights are asked for', async ({ error, tries }) => {
  const world = await openDrilled();
  const before = world.sink.entry?.weights;
  const asked: object[] = [];
  let lifts = 0;
  const write = world.sink.write.bind(world.sink);
  world.sink.write = async (entry, call) => {
    asked.push(entry.weights);
    return await write(entry, call);
  };
  world.sink.lift = async () => {
    lifts += 1;
    return { kind: 'refused', error };
  };
  const end = await world.drive(typeShift(world.boot()));
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'failed', error: { code: error.code } } });
  expect(lifts).toBeGreaterThanOrEqual(tries);
  // Proofs may be refreshed meanwhile, for the weights that are in force.
  for (const weights of asked) expect(weights).toEqual(before);
  expect(world.sink.entry?.weights).toEqual(before);
  expect(world.sink.drilled).toHaveLength(1);
  expect(done(world).filter((each) => /weigh|stamp/.test(each))).toEqual([]);
});

test('automation moves away from what a drill breaks and leaves the drill as it is', async () => {
  const world = await openDrilled();
  world.left.crash(0);
  world.sink.stats['left'] = { attempts: 50, failures: 50 };
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('a failover', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'done'),
  );
  expect(world.sink.lifted).toEqual([]);
  expect(world.sink.drilled).toHaveLength(1);
  stop.abort();
  await world.drive(end);
});
