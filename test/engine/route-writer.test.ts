import { expect, test } from 'vitest';
import { gatewayAbsent } from './support/fake-sink.ts';
import { allLeft, allRight, openStepWorld, type StepWorld } from './support/step-world.ts';

function weigh(world: StepWorld, weights: Readonly<Record<string, number>>, key = 'op-1/0') {
  const { ctx, clock, calm } = world;
  const terms = { operationId: 'op-1', idempotencyKey: key, deadlineAtMonoMs: clock.monoMs() + 3000, signal: calm };
  return ctx.routes.weigh(weights, ctx.view(), terms);
}

/** As the loop does: look, take over what was seen, publish what changed. */
async function turn(world: StepWorld): Promise<void> {
  const { ctx, calm, drive, pass } = world;
  await drive(ctx.observer.look(100, calm));
  ctx.routes.adopt(ctx.observer.sight().route);
  await drive(ctx.routes.refresh(ctx.view(), calm));
  await pass(100);
}

async function turns(world: StepWorld, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) await turn(world);
}

test('I5: publishes one whole vector that sums to 100, with the replicas proven so far', async () => {
  const world = await openStepWorld();
  expect(await world.drive(weigh(world, { left: 30, right: 70 }))).toEqual({ kind: 'done', value: undefined });
  expect(world.sink.entry).toMatchObject({
    weights: { left: 30, right: 70 },
    sites: [
      { site: 'left', replicas: [{ state: 'serving' }] },
      { site: 'right', replicas: [{ state: 'serving' }] },
    ],
  });
  for (const { weights } of world.sink.accepted)
    expect(Object.values(weights).reduce((sum, each) => sum + each, 0)).toBe(100);
  expect(world.ctx.routes.weights()).toEqual({ left: 30, right: 70 });
});

test('versions only grow, and carry the head of the journal as of the write', async () => {
  const world = await openStepWorld();
  await world.drive(weigh(world, allRight));
  await world.ctx.journal.append({ kind: 'lease', event: 'taken' });
  const head = await world.process.deps.store.journal.head();
  await world.drive(weigh(world, allLeft));
  const versions = world.sink.accepted.map(({ routeVersion }) => routeVersion);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  expect(new Set(versions).size).toBe(versions.length);
  expect(world.sink.entry?.journalHead).toBe(head.hash);
});

test('nothing new is nothing to write', async () => {
  const world = await openStepWorld();
  await turns(world, 3);
  const before = world.sink.asked.length;
  await turns(world, 10);
  expect(world.sink.asked.length).toBe(before);
});

test('I18: a refresh is in the journal before it is made, and its end after it', async () => {
  const world = await openStepWorld();
  world.trace.length = 0;
  world.left.crash(0);
  await turns(world, 2);
  const at = world.trace.indexOf('append route intended');
  expect(world.trace.slice(at, at + 3)).toEqual([
    'append route intended',
    expect.stringMatching(/^write refresh\/1\//),
    'append route reached',
  ]);
});

test('I2: what a newer holder wrote is not overwritten, and the refusal is told', async () => {
  const world = await openStepWorld();
  world.sink.epoch = 9;
  world.left.crash(0);
  await turns(world, 2);
  expect(world.sink.accepted.every(({ epoch }) => epoch === 1)).toBe(true);
  expect(world.journal().at(-1)).toMatchObject({ kind: 'route', state: 'refused' });
  expect(world.events).toContainEqual(expect.objectContaining({ type: 'warning' }));
});

test('a version that was lost on the way is never used for other contents', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push('lose-request');
  expect(await world.drive(weigh(world, allRight))).toMatchObject({ kind: 'unknown' });
  await world.drive(weigh(world, { left: 50, right: 50 }, 'op-1/1'));
  const versions = world.sink.accepted.map(({ routeVersion }) => routeVersion);
  // The lost one took a number of its own: should it arrive late, it is older than what is in force.
  expect((versions.at(-1) ?? 0) - (versions.at(-2) ?? 0)).toBe(2);
});

test('what was not answered may arrive until something newer is in force, whatever is read meanwhile', async () => {
  const world = await openStepWorld();
  const late = () => world.ctx.routes.late().map(({ weights }) => weights);
  world.sink.mishaps.push('lose-request');
  await world.drive(weigh(world, allRight));
  await turns(world, 3);
  expect([late(), world.ctx.routes.isInDoubt()]).toEqual([[allRight], false]);
  await world.drive(weigh(world, allLeft, 'op-1/1'));
  expect(late()).toEqual([]);
  world.sink.mishaps.push('lose-reply');
  await world.drive(weigh(world, allRight, 'op-1/2'));
  expect(late()).toEqual([allRight]);
  await turns(world, 2);
  expect(late()).toEqual([]);
});

test('a write whose answer was lost is not undone by a refresh before it was read back', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push('lose-reply');
  const stale = world.ctx.view();
  expect(await world.drive(weigh(world, allRight))).toMatchObject({ kind: 'unknown' });
  await world.drive(world.ctx.routes.refresh({ ...stale, deployment: { ...stale.deployment, match: {} } }, world.calm));
  expect(world.sink.entry?.weights).toEqual(allRight);
  await turns(world, 2);
  expect(world.ctx.routes.weights()).toEqual(allRight);
  expect(world.sink.history()).toEqual([allLeft, allRight]);
});

test('while nothing can be read a lost answer holds refreshes back for 5 s, no longer', async () => {
  const world = await openStepWorld();
  world.sink.mishaps.push('lose-request');
  await world.drive(weigh(world, allRight));
  world.sink.blind = gatewayAbsent;
  world.left.crash(0);
  const before = world.sink.asked.length;
  await turns(world, 45);
  expect(world.sink.asked.length).toBe(before);
  await turns(world, 10);
  expect(world.sink.asked.length).toBeGreaterThan(before);
});

test('adopts what somebody else wrote, and goes on from its version', async () => {
  const world = await openStepWorld();
  const { entry } = world.sink;
  if (entry !== undefined) world.sink.entry = { ...entry, routeVersion: 40, weights: { left: 20, right: 80 } };
  await turns(world, 2);
  expect(world.ctx.routes.weights()).toEqual({ left: 20, right: 80 });
  await world.drive(weigh(world, allRight));
  expect(world.sink.entry?.routeVersion).toBeGreaterThan(40);
});

test.for(['none', 'an old one'] as const)(
  'a gateway that came back with %s of its tables gets the present one',
  async (what) => {
    const world = await openStepWorld();
    const old = world.sink.entry;
    await world.drive(weigh(world, allRight));
    await turns(world, 2);
    world.sink.entry = what === 'none' ? undefined : old;
    await turns(world, 3);
    expect(world.sink.entry?.weights).toEqual(allRight);
  },
);

test('I24: a gateway that stays away is written to less and less, and at once when it can be seen again', async () => {
  const world = await openStepWorld();
  world.sink.absent = gatewayAbsent;
  world.left.crash(0);
  const entries = () => world.journal().filter(({ kind }) => kind === 'route').length;
  const began = entries();
  await turns(world, 600);
  const written = entries() - began;
  expect(written).toBeGreaterThan(6);
  expect(written).toBeLessThan(40);
  world.sink.absent = undefined;
  await turns(world, 2);
  expect(world.sink.entry?.sites[0]?.replicas).toEqual([]);
});

test('I1: nothing is written once the lease is lost', async () => {
  const world = await openStepWorld();
  await world.ctx.grip.release();
  const before = world.sink.asked.length;
  expect(await world.drive(weigh(world, allRight))).toMatchObject({ kind: 'refused', error: { code: 'LeaseLost' } });
  expect(world.sink.asked.length).toBe(before);
});

test('I29: what cannot be journaled is not written', async () => {
  const world = await openStepWorld();
  world.left.crash(0);
  await turn(world);
  const { store } = world.process.deps;
  const before = world.sink.asked.length;
  Object.assign(store.journal, { append: () => Promise.reject(new Error('ENOSPC')) });
  world.right.crash(0);
  await expect(turns(world, 3)).rejects.toThrow('ENOSPC');
  expect(world.sink.asked.length).toBe(before);
});

test('I5: a share at a site that is not configured any more is told, and the table stays as it is', async () => {
  const world = await openStepWorld();
  const asked = world.sink.asked.length;
  const view = { ...world.ctx.view(), sites: world.ctx.view().sites.filter(({ site }) => site.name !== 'left') };
  await world.drive(world.ctx.routes.refresh(view, world.calm));
  expect(world.events.at(-1)).toMatchObject({
    type: 'warning',
    message: 'left has traffic and may not have it any more: the table stays as it is',
  });
  const terms = { operationId: 'op-1', idempotencyKey: 'op-1/0', deadlineAtMonoMs: 9e9, signal: world.calm };
  expect(await world.drive(world.ctx.routes.weigh({ left: 40, right: 60 }, view, terms))).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid', code: 'SiteRemoved' },
  });
  expect(world.sink.asked.length).toBe(asked);
});
