import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import { deleteOrphan } from '../../src/engine/delete-orphan.ts';
import { findOrphans } from '../../src/engine/orphans.ts';
import { say } from '../../src/engine/say.ts';
import { GodwitError } from '../../src/errors.ts';
import type { ProviderError } from '../../src/model/provider-error.ts';
import { createWorld, openStore, type World } from './support/world.ts';

const calm = new AbortController().signal;
const lost: ProviderError = { class: 'unknown', code: 'Lost', message: 'no answer' };
const denied: ProviderError = { class: 'auth', code: '403', message: 'not permitted' };

/** Both sites serve, started by operations on record; nobody leads any more. */
async function served(): Promise<World> {
  const world = createWorld();
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('all proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(end);
  return world;
}

const found = async (world: World) => (await world.drive(findOrphans(world.boot().deps, calm))).orphans;
const remove = (world: World, replica: string, deployment = 'chat') =>
  world.drive(deleteOrphan(world.boot().deps, { deployment, replica, reason: 'left by a crash' }, calm));
const steps = (world: World) =>
  world
    .journal()
    .flatMap((body) => (body.kind === 'step' && body.operationId.startsWith('orphan-') ? [body.state] : []));

test('what operations on record started is nobody’s orphan', async () => {
  expect(await found(await served())).toEqual([]);
});

test('one that no operation on record started is found, and one of a slot that is not placed', async () => {
  const world = await served();
  const planted = world.right.plant(0);
  const [started] = world.left.made;
  const { replicas } = world.left;
  const own = [...replicas.values()].find(({ id }) => id === started?.id);
  if (own === undefined) throw new Error('nothing was started');
  replicas.set('extra', { ...own, id: 'extra', slot: 1 });
  expect((await found(world)).map(({ replica, why, isServing }) => [replica.id, why, isServing])).toEqual([
    ['extra', 'beyond-placement', false],
    [planted.id, 'operation-unknown', false],
  ]);
});

test('what is gone, or was adopted, is not; the same name at another site still is', async () => {
  const world = await served();
  const planted = world.right.plant(0);
  const words = { store: openStore(world.state, world.clock, 9), clock: world.clock, actor: world.boot().deps.actor };
  const adopt = (site: string) =>
    say(words, {
      ...{ kind: 'set', deployment: 'chat' },
      standing: { kind: 'adopted', site, replica: planted.id, reason: 'by hand', untilMs: undefined },
    });
  await adopt('left');
  expect(await found(world)).toHaveLength(1);
  await adopt('right');
  expect(await found(world)).toEqual([]);
  world.right.replicas.set('dead', { ...planted, id: 'dead', state: 'gone', billed: 'no' });
  expect(await found(world)).toEqual([]);
  // What a machine left behind, such as a disk, costs money without it.
  world.right.replicas.set('dead', { ...planted, id: 'dead', state: 'gone' });
  expect(await found(world)).toHaveLength(1);
});

test('a site that cannot be read is told, and hides no other', async () => {
  const world = await served();
  world.left.listError = lost;
  const planted = world.right.plant(0);
  const report = await world.drive(findOrphans(world.boot().deps, calm));
  expect(report.orphans.map(({ replica }) => replica.id)).toEqual([planted.id]);
  expect(report.unseen).toEqual([{ deployment: 'chat', site: 'left', why: 'no answer' }]);
});

test('without the gateway nobody knows whether it serves', async () => {
  const world = await served();
  world.right.plant(0);
  const { deps } = world.boot();
  const traffic = { ...deps.traffic, read: async () => ({ kind: 'unknown', error: lost }) as const };
  const { orphans } = await world.drive(findOrphans({ ...deps, traffic }, calm));
  expect(orphans.map(({ isServing }) => isServing)).toEqual([undefined]);
  const order = { deployment: 'chat', replica: orphans[0]?.replica.id ?? '', reason: 'x' };
  expect(await world.drive(deleteOrphan({ ...deps, traffic }, order, calm))).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'DriverUnreachable' }],
  });
  expect(world.right.asked.filter(({ verb }) => verb === 'stop')).toEqual([]);
});

test('one is deleted under the lease, its intent on record first, and read back', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  expect(await remove(world, id)).toMatchObject({ kind: 'deleted', replica: { id } });
  expect(world.right.replicas.get(id)).toMatchObject({ state: 'gone', billed: 'no' });
  expect(steps(world)).toEqual(['intended', 'reached']);
  expect(world.right.asked.filter(({ verb }) => verb === 'stop')).toHaveLength(1);
  expect(world.state.leases.get('chat')?.holderId).toBeUndefined();
  expect(world.violations).toEqual([]);
});

test('a lost answer is settled by looking', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  world.right.faults.push('lose-reply');
  expect(await remove(world, id)).toMatchObject({ kind: 'deleted' });
  expect(steps(world)).toEqual(['intended', 'reached']);
});

test('what is not seen to be gone is unknown, never deleted', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  world.right.faults.push('lose-request');
  expect(await remove(world, id)).toMatchObject({ kind: 'unknown' });
  expect(steps(world)).toEqual(['intended', 'unknown']);
});

test('one that is gone but may still be billed is unknown', async () => {
  const world = await served();
  const planted = world.right.plant(0);
  const { deps } = world.boot();
  const providers = new Map(deps.providers);
  providers.set('right', {
    ...world.right,
    list: async () => ({
      ...{ kind: 'seen', asOfMs: world.clock.nowMs() },
      value: [{ ...planted, billed: 'unknown' }],
    }),
  });
  const order = { deployment: 'chat', replica: planted.id, reason: 'x' };
  expect(await world.drive(deleteOrphan({ ...deps, providers }, order, calm))).toMatchObject({ kind: 'unknown' });
});

test('a store that fails once the provider was told leaves it unknown, not untouched', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  const { deps } = world.boot();
  const append: typeof deps.store.journal.append = async (drafts) => {
    if (drafts.some(({ body }) => body.kind === 'step' && body.state === 'reached'))
      throw new GodwitError('StoreFailed', 'no room');
    return await deps.store.journal.append(drafts);
  };
  const store = { ...deps.store, journal: { ...deps.store.journal, append } };
  const order = { deployment: 'chat', replica: id, reason: 'x' };
  expect(await world.drive(deleteOrphan({ ...deps, store }, order, calm))).toEqual({
    kind: 'unknown',
    why: `${id} may be deleted, and that could not be recorded: no room`,
  });
});

test('a provider that says no leaves it as it was', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  world.right.faults.push({ refuse: denied });
  expect(await remove(world, id)).toEqual({ kind: 'failed', why: 'not permitted' });
  expect(steps(world)).toEqual(['intended', 'refused']);
});

test.for([
  { name: 'in the table of a site with weight', weights: { left: 0, right: 100 }, kind: 'refused' },
  { name: 'in the table of a site without weight', weights: { left: 100, right: 0 }, kind: 'deleted' },
])('one $name is $kind', async ({ weights, kind }) => {
  const world = await served();
  const planted = world.right.plant(0);
  const { deps } = world.boot();
  const { entry } = world.sink;
  if (entry === undefined) throw new Error('the gateway has no table');
  const replica = { id: planted.id, bootId: planted.bootId, url: 'http://x', state: 'serving' } as const;
  const value = { ...entry, weights, sites: [{ site: 'right', replicas: [replica] }] };
  const traffic = { ...deps.traffic, read: async () => ({ kind: 'seen', value, asOfMs: 0 }) as const };
  const order = { deployment: 'chat', replica: planted.id, reason: 'x' };
  const end = await world.drive(deleteOrphan({ ...deps, traffic }, order, calm));
  expect(end.kind).toBe(kind);
  expect(world.right.asked.filter(({ verb }) => verb === 'stop')).toHaveLength(kind === 'deleted' ? 1 : 0);
});

test.for([
  { name: 'what an operation started', replica: 'left-1', deployment: 'chat' },
  { name: 'what is not there', replica: 'nothing', deployment: 'chat' },
  { name: 'of a deployment that is not there', replica: 'right-2', deployment: 'embed' },
])('$name is not found and stays', async ({ replica, deployment }) => {
  const world = await served();
  world.right.plant(0);
  expect(await remove(world, replica, deployment)).toEqual({ kind: 'not-found' });
  expect([...world.left.asked, ...world.right.asked].filter(({ verb }) => verb === 'stop')).toEqual([]);
});

test('beside a controller that lives nothing is touched', async () => {
  const world = await served();
  const { id } = world.right.plant(0);
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.pass(500);
  expect(await remove(world, id)).toMatchObject({ kind: 'lease-held' });
  expect(world.right.asked.filter(({ verb }) => verb === 'stop')).toEqual([]);
  stop.abort();
  await world.drive(end);
});

test.for([
  { name: 'its own site’s grace', site: 'right', graceMs: 90_000 },
  { name: 'what its provider says that a stop takes', site: 'right', graceMs: 90_000, slackMs: 600_000 },
  { name: 'the longest of all where its site is placed no more', site: 'left', graceMs: 200_000 },
])('one is given $name to stop', async ({ site, graceMs, ...of }) => {
  const world = await served();
  const { id } = world.right.plant(0);
  const { deps } = world.boot();
  const limits: number[] = [];
  const right = deps.providers.get('right');
  if (right === undefined) throw new Error('there is no site right');
  const stop: typeof right.stop = (replica, how, call) => {
    limits.push(call.deadlineAtMonoMs - world.clock.monoMs());
    return right.stop(replica, how, call);
  };
  const said = 'slackMs' in of ? { stopSlackMs: of.slackMs } : {};
  const providers = new Map([...deps.providers, ['right', { ...right, stop, ...said }]]);
  const deployments = deps.config.deployments.map((deployment) => ({
    ...deployment,
    placements: deployment.placements.flatMap((each) => {
      const stopGraceMs = each.site === 'right' ? 90_000 : each.site === 'left' && site === 'left' ? 200_000 : 10_000;
      const isKept = site === 'right' || each.site !== 'right';
      return isKept ? [{ ...each, launch: { ...each.launch, stopGraceMs } }] : [];
    }),
  }));
  const order = { deployment: 'chat', replica: id, reason: 'left by a crash' };
  // No try outlives the lease: this one is longer than any grace.
  const config = { ...deps.config, deployments, lease: { ttlMs: 1_000_000, renewEveryMs: 1000 } };
  await world.drive(deleteOrphan({ ...deps, config, providers }, order, calm));
  // Less what a port's own deadline comes before that of its caller.
  expect(limits).toEqual([graceMs + (said.stopSlackMs ?? 15_000) - 300]);
});
