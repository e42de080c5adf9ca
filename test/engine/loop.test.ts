import { expect, test } from 'vitest';
import { runController } from '../../src/engine/controller.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Operation } from '../../src/model/operation.ts';
import { gatewayAbsent } from './support/fake-sink.ts';
import { createWorld, type World, type WorldChange } from './support/world.ts';

const soldOut = { class: 'capacity', code: 'SoldOut', message: 'none left' } as const;
const rejected = { class: 'auth', code: '401', message: 'token expired' } as const;

interface Running {
  readonly world: World;
  close(): Promise<void>;
}

function start(change: WorldChange = {}, prepare: (world: World) => void = () => undefined): Running {
  const world = createWorld(change);
  prepare(world);
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  end.catch(() => undefined);
  return {
    world,
    async close() {
      stop.abort();
      await world.drive(end);
      expect(world.violations).toEqual([]);
    },
  };
}

async function serving(change: WorldChange = {}, prepare?: (world: World) => void): Promise<Running> {
  const running = start(change, prepare);
  const { world } = running;
  await world.until('all proven', () => world.sink.entry?.spill.length === world.deployment.placements.length);
  return running;
}

const isDone = (world: World, kind: Operation['plan']['kind']) => () =>
  world.operations().some(({ plan, state }) => plan.kind === kind && state === 'done');

function decisions(world: World): readonly Decision[] {
  return world.journal().flatMap((body) => (body.kind === 'decision' ? [body.decision] : []));
}

test('a decision is journaled when it says something new, not at every turn', async () => {
  const { world, close } = await serving();
  const before = decisions(world).length;
  await world.pass(20_000);
  expect(decisions(world).length - before).toBeLessThanOrEqual(2);
  await close();
});

test('the stored snapshot holds what was decided, what the probes answered, and the turns', async () => {
  const { world, close } = await serving();
  world.probe.bad['left'] = 'TimedOut';
  await world.pass(5000);
  const snapshot = await world.boot().deps.store.snapshots.get('chat');
  const { decisions: counted = [], probes = [], turns } = snapshot?.tally ?? {};
  expect(counted).toContainEqual({ decision: 'stay', reason: 'OnePlaneOnly', trigger: 'automatic', count: 1 });
  const asked = world.probe.asked.filter(({ site }) => site === 'left');
  const answered = probes.filter(({ site }) => site === 'left').reduce((sum, { count }) => sum + count, 0);
  expect(probes.find(({ site, outcome }) => site === 'left' && outcome === 'bad')?.count).toBeGreaterThan(5);
  expect(answered).toBeLessThanOrEqual(asked.length);
  expect(answered).toBeGreaterThan(asked.length - 20);
  expect(turns?.count).toBeGreaterThan(20);
  await close();
});

test('a site that is bad by probes alone moves nothing, and says what is missing', async () => {
  const { world, close } = await serving();
  world.probe.bad['left'] = 'TimedOut';
  await world.pass(5000);
  expect(world.operations().map(({ plan }) => plan.kind)).toEqual(['start']);
  expect(decisions(world).at(-1)).toMatchObject({ kind: 'stay', reasons: [{ code: 'OnePlaneOnly' }] });
  await close();
});

test('in advise mode it says what it would do and changes nothing', async () => {
  const { world, close } = await serving({ failover: { mode: 'advise' } });
  world.left.crash(0);
  await world.until('the advice', () => decisions(world).some(({ kind }) => kind === 'advise'));
  expect(world.sink.entry?.weights).toEqual({ left: 100, right: 0 });
  await close();
});

test('I26: rejected credentials at the active site’s cloud are not a dead site', async () => {
  const { world, close } = await serving();
  world.left.listError = rejected;
  world.left.refusal = rejected;
  await world.pass(20_000);
  expect(world.sink.history()).toEqual([{ left: 100, right: 0 }]);
  expect(world.left.made).toHaveLength(1);
  await close();
});

test('a gateway that cannot be read moves nothing; the dead site is brought back where it was', async () => {
  const { world, close } = await serving();
  world.sink.absent = gatewayAbsent;
  world.left.crash(0);
  await world.pass(5000);
  world.sink.absent = undefined;
  await world.until('left proven again', () => world.left.made.length === 2 && world.sink.entry?.spill.length === 2);
  expect(world.sink.history()).toEqual([{ left: 100, right: 0 }]);
  await close();
});

test('a failover takes over from a start that only waits for its model', async () => {
  const { world, close } = await serving({ sites: { left: 2, right: 1 } });
  world.left.bootMs = 4000;
  world.sink.stats['left'] = { attempts: 100, failures: 80 };
  world.left.crash(0);
  await world.until('the start', () => world.operations().filter(({ plan }) => plan.kind === 'start').length === 2);
  world.left.crash(1);
  await world.until('the failover', isDone(world, 'failover'));
  const [, start] = world.operations();
  expect(start).toMatchObject({ plan: { kind: 'start' }, state: 'failed', error: { code: 'Preempted' } });
  await close();
});

test('I14: a replica that a start that was pre-empted had made is not made twice', async () => {
  const { world, close } = await serving({ sites: { left: 2, right: 1 } });
  world.left.bootMs = 4000;
  world.sink.stats['left'] = { attempts: 100, failures: 80 };
  world.left.crash(0);
  await world.until('the start', () => world.left.made.length === 3);
  world.left.crash(1);
  await world.until('the failover', isDone(world, 'failover'));
  await world.pass(10_000);
  const alive = [...world.left.replicas.values()].filter(({ state }) => state === 'running');
  expect(alive.map(({ slot }) => slot).sort()).toEqual([0, 1]);
  expect(world.left.made).toHaveLength(4);
  await close();
});

test('a young site that died before this controller came is left, though the gateway has forgotten its replica', async () => {
  const { world, close } = await serving();
  await close();
  world.left.crash(0);
  const { entry } = world.sink;
  if (entry === undefined) throw new Error('no entry');
  const sites = entry.sites.map((each) => (each.site === 'left' ? { ...each, replicas: [] } : each));
  world.sink.entry = { ...entry, sites, weights: { left: 100, right: 0 } };
  for (const [id, replica] of world.left.replicas)
    world.left.replicas.set(id, { ...replica, startedAtMs: world.clock.nowMs() });
  const stop = new AbortController();
  const end = runController(world.boot().deps, stop.signal);
  await world.until('the failover', () => world.sink.entry?.weights['right'] === 100, 4000);
  stop.abort();
  await world.drive(end);
});

test('I11: the way back is taken once the preferred site has been healthy for its time', async () => {
  const { world, close } = await serving({ failover: { failback: { mode: 'auto', afterMs: 5000 } } });
  world.left.crash(0);
  await world.until('the failover', isDone(world, 'failover'));
  const movedAtMs = world.clock.nowMs();
  await world.until('the failback', isDone(world, 'failback'));
  expect(world.clock.nowMs() - movedAtMs).toBeGreaterThanOrEqual(5000);
  expect(world.sink.entry?.weights).toEqual({ left: 100, right: 0 });
  await close();
});

test('I11: a second failover waits for the cool-down', async () => {
  const { world, close } = await serving();
  world.left.crash(0);
  await world.until('the failover', isDone(world, 'failover'));
  await world.until('left back', () => world.sink.entry?.spill.length === 2);
  world.right.crash(0);
  await world.pass(3000);
  const start = decisions(world).find(
    ({ kind, ...rest }) => kind === 'act' && JSON.stringify(rest).includes('CoolDown'),
  );
  expect(start).toMatchObject({
    action: {
      kind: 'start',
      because: [{ code: 'ReplicasMissing' }, { code: 'NotUnhealthyLongEnough' }, { code: 'CoolDown' }],
    },
  });
  expect(world.operations().filter(({ plan }) => plan.kind === 'failover')).toHaveLength(1);
  await close();
});

test('I24: a cloud that has sold out is asked less and less often', async () => {
  const { world, close } = await serving();
  world.right.refusal = soldOut;
  world.right.crash(0);
  await world.pass(200_000);
  const asked = world.right.asked.length;
  expect(asked).toBeGreaterThan(5);
  expect(asked).toBeLessThan(12);
  await close();
});

test('a site that cannot start does not keep another from being started', async () => {
  const { world, close } = start({}, ({ left }) => {
    left.refusal = soldOut;
  });
  await world.until('right started', () => world.right.made.length === 1, 30_000);
  await close();
});

test('a site that sold out is started soon after it has capacity again', async () => {
  const { world, close } = await serving();
  world.right.refusal = soldOut;
  world.right.crash(0);
  await world.pass(20_000);
  world.right.refusal = undefined;
  await world.until('started', () => world.right.made.length === 2, 30_000);
  await close();
});
