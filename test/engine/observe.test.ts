import { expect, test } from 'vitest';
import { createObserver, type Observer } from '../../src/engine/observe.ts';
import { routeOf } from '../core/support/view.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { createWorld, type World, type WorldChange } from './support/world.ts';

const calm = new AbortController().signal;

async function open(change: WorldChange = {}) {
  const world = createWorld(change);
  world.left.plant(0);
  world.right.plant(0);
  const observer = createObserver(world.boot().deps, world.deployment, 1000);
  return { world, observer };
}

async function look({ world, observer }: { world: World; observer: Observer }, times = 10): Promise<void> {
  for (let turns = 0; turns < times; turns += 1) {
    await world.drive(observer.look(100, calm));
    await world.pass(100);
  }
}

test('before it has looked it has seen nothing, and says so', async () => {
  const { observer } = await open();
  const { route, traffic, sites } = observer.sight();
  expect([route, traffic]).toMatchObject([{ error: { code: 'NotYetRead' } }, { error: { code: 'NotYetRead' } }]);
  expect(sites).toMatchObject([
    { site: { name: 'left' }, control: { kind: 'unknown' }, replicas: [] },
    { site: { name: 'right' }, control: { kind: 'unknown' }, replicas: [] },
  ]);
});

test('puts lists, probes, the table and the statistics together, with their dates', async () => {
  const opened = await open();
  await look(opened);
  const { world, observer } = opened;
  const sight = observer.sight();
  expect(sight.atMs).toBe(world.clock.nowMs());
  expect(sight.route).toMatchObject({ kind: 'seen', value: undefined });
  expect(sight.traffic).toMatchObject({ kind: 'seen', value: { deployment: 'chat' } });
  expect(sight.sites[0]).toMatchObject({
    control: { kind: 'seen' },
    replicas: [
      { replica: { id: 'left-1' }, conditions: [{ state: 'good' }], proof: { replica: 'left-1', model: 'tiny' } },
    ],
  });
});

test('says of a site what its provider says of it, and nothing of what it does not say', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const left = deps.providers.get('left');
  if (left === undefined) throw new Error('there is no site left');
  const providers = new Map([
    ...deps.providers,
    ['left', { ...left, listLagMs: 7, stopSlackMs: 600_000, account: 'a', markets: ['spot'] }],
  ]);
  const [one, other] = createObserver({ ...deps, providers }, world.deployment, 1000).sight().sites;
  expect(one).toMatchObject({ listLagMs: 7, stopSlackMs: 600_000, account: 'a', markets: ['spot'] });
  expect(other).not.toHaveProperty('stopSlackMs');
});

test('I26: a site whose list may not be read keeps what was listed last, marked as not seen', async () => {
  const opened = await open();
  await look(opened);
  opened.world.left.listError = { class: 'auth', code: '401', message: 'token expired' };
  await look(opened, 2);
  expect(opened.observer.sight().sites[0]).toMatchObject({
    control: { kind: 'unknown', message: 'token expired' },
    replicas: [{ replica: { id: 'left-1', state: 'running' } }],
  });
});

test('I27: one list without a replica does not make it absent, lists that stay without it do', async () => {
  const opened = await open();
  await look(opened, 3);
  const { world, observer } = opened;
  const ids = (): readonly string[] => observer.sight().sites[0]?.replicas.map(({ replica }) => replica.id) ?? [];
  world.left.replicas.clear();
  await look(opened, 1);
  expect(ids()).toEqual(['left-1']);
  await look(opened, 15);
  expect(ids()).toEqual(['left-1']);
  await look(opened, 15);
  expect(ids()).toEqual([]);
});

test('what the gateway has in its table has started: it gets no grace from a controller that is new', async () => {
  const opened = await open();
  const { world, observer } = opened;
  const young = world.left.plant(1);
  world.left.replicas.set(young.id, { ...young, startedAtMs: world.clock.nowMs() });
  world.probe.bad['left'] = 'TimedOut';
  const state = (): string | undefined =>
    observer.sight().sites[0]?.replicas.find(({ replica }) => replica.id === young.id)?.conditions[0]?.state;
  await look(opened, 15);
  expect(state()).toBe('starting');
  const replicas = [{ id: young.id, bootId: young.bootId, url: young.url ?? '', state: 'serving' as const }];
  world.sink.entry = routeOf({ sites: [{ site: 'left', replicas }] });
  await look(opened, 2);
  expect(state()).toBe('bad');
});

test('a gateway that cannot be read is unknown, not empty', async () => {
  const opened = await open();
  opened.world.sink.absent = gatewayAbsent;
  await look(opened, 2);
  const { route, traffic } = opened.observer.sight();
  expect([route.kind, traffic.kind]).toEqual(['unknown', 'unknown']);
});

test('does not wait longer than its patience; what comes late counts in the next look', async () => {
  const opened = await open();
  const { world, observer } = opened;
  const read = world.sink.read.bind(world.sink);
  let answer: (() => void) | undefined;
  Object.assign(world.sink, {
    read: async (...given: Parameters<typeof read>) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return await read(...given);
    },
  });
  const began = world.clock.monoMs();
  await world.drive(observer.look(100, calm));
  expect(world.clock.monoMs() - began).toBe(100);
  expect(observer.sight().route.kind).toBe('unknown');
  answer?.();
  await world.pass(20);
  expect(observer.sight().route.kind).toBe('seen');
});

test('a read that is not answered within its limit is unknown', async () => {
  const opened = await open();
  const { world, observer } = opened;
  Object.assign(world.left, { list: () => new Promise(() => undefined) });
  const began = world.clock.monoMs();
  expect(await world.drive(observer.readReplicas('left', calm))).toMatchObject({ error: { code: 'NoAnswer' } });
  expect(world.clock.monoMs() - began).toBe(1000);
});

test('a caller that gives up gets an answer at once', async () => {
  const { world, observer } = await open();
  Object.assign(world.sink, { read: () => new Promise(() => undefined) });
  const stop = new AbortController();
  const end = observer.readRoute(stop.signal);
  stop.abort();
  expect(await world.drive(end, 20)).toMatchObject({ kind: 'unknown' });
});

test('a provider that throws is not seen, and the others are', async () => {
  const opened = await open();
  Object.assign(opened.world.left, { list: () => Promise.reject(new Error('socket broke')) });
  await look(opened, 2);
  expect(opened.observer.sight().sites).toMatchObject([
    { control: { kind: 'unknown', message: 'socket broke' } },
    { control: { kind: 'seen' } },
  ]);
});

test('looking for a proof waits for its answers no longer than it is told to', async () => {
  const opened = await open();
  const { world, observer } = opened;
  const sinceMs = world.clock.monoMs();
  Object.assign(world.left, { list: () => new Promise(() => undefined) });
  const looking = observer.lookForProof('left', 250, calm);
  await world.pass(250);
  await looking;
  expect(world.clock.monoMs() - sinceMs).toBe(250);
});

test('a deployment at a site that is not configured, or has no session, is a bug and says so', async () => {
  const world = createWorld();
  const { deps } = world.boot();
  const nowhere = { ...world.deployment.placements[0], site: 'nowhere' } as const;
  const placements = [nowhere as (typeof world.deployment.placements)[number]];
  expect(() => createObserver(deps, { ...world.deployment, placements }, 1000)).toThrow('nowhere');
  expect(() => createObserver({ ...deps, providers: new Map() }, world.deployment, 1000)).toThrow(
    'no provider session for site left',
  );
  const observer = createObserver(deps, world.deployment, 1000);
  await expect(observer.readReplicas('elsewhere', calm)).rejects.toThrow('is not configured at elsewhere');
});

/** Lists asked for by ten looks, a tenth of a second apart, after the site has settled. */
async function listsOfTenLooks(change: (world: World) => void): Promise<number> {
  const world = createWorld();
  world.left.plant(0);
  world.right.plant(0);
  world.left.listPace = { calmMs: 1000, urgentMs: 100 };
  const opened = { world, observer: createObserver(world.boot().deps, world.deployment, 1000) };
  await look(opened, 20);
  change(world);
  await look(opened, 12);
  const before = world.left.lists;
  await look(opened, 10);
  return world.left.lists - before;
}

test('a site where nothing is wrong is listed at its provider’s pace', async () => {
  expect(await listsOfTenLooks(() => undefined)).toBe(1);
});

test.for([
  ['whose completions fail', (world: World) => Object.assign(world.probe.bad, { left: 'TimedOut' })],
  [
    'with a replica that is on its way out',
    (world: World) => world.left.replicas.set('left-9', { ...world.left.plant(1), id: 'left-9', state: 'stopping' }),
  ],
  [
    'that cannot be listed',
    (world: World) => Object.assign(world.left, { listError: { class: 'auth', code: '401', message: 'expired' } }),
  ],
] as const)('a site %s is listed at every look', async ([, change]) => {
  expect(await listsOfTenLooks(change)).toBe(10);
});

test('the first list is followed by one that is as old as the lists’ lag, not by the next of the calm pace', async () => {
  const world = createWorld();
  Object.assign(world.left, { listPace: { calmMs: 60_000, urgentMs: 100 }, listLagMs: 500 });
  const opened = { world, observer: createObserver(world.boot().deps, world.deployment, 1000) };
  await look(opened, 4);
  expect(world.left.lists).toBe(1);
  await look(opened, 30);
  expect(world.left.lists).toBe(2);
  const [left] = opened.observer.sight().sites;
  expect(left?.control.kind === 'seen' ? left.control.asOfMs - left.control.sinceMs : 0).toBeGreaterThanOrEqual(500);
  // Two of them, and yet too close to agree that something is not there.
  expect(left?.control).not.toHaveProperty('earlierMs');
});

test('of the lists before, the view has when the newest that is old enough to agree was seen (I27)', async () => {
  const world = createWorld();
  Object.assign(world.left, { listLagMs: 3000 });
  const opened = { world, observer: createObserver(world.boot().deps, world.deployment, 1000) };
  await look(opened, 60);
  const { control } = opened.observer.sight().sites[0] ?? {};
  const agoMs = control?.kind === 'seen' ? control.asOfMs - (control.earlierMs ?? control.asOfMs) : 0;
  expect(agoMs).toBeGreaterThanOrEqual(3000);
  expect(agoMs).toBeLessThan(3200);
});

test('a step that waits lists no faster than the provider’s pace for what is urgent', async () => {
  const { world } = await open();
  world.left.listPace = { calmMs: 1000, urgentMs: 500 };
  const paced = createObserver(world.boot().deps, world.deployment, 1000);
  for (let turns = 0; turns < 4; turns += 1) await world.drive(paced.readReplicas('left', calm));
  expect(world.left.lists).toBe(4);
  expect(world.clock.monoMs()).toBeGreaterThanOrEqual(1500);
  for (let turns = 0; turns < 20; turns += 1) {
    await world.drive(paced.lookForProof('left', 100, calm));
    await world.pass(100);
  }
  expect(world.left.lists).toBeLessThanOrEqual(4 + 9);
});
