/** Another number of replicas at a site, by the whole engine on virtual time. */
import { describe, expect, test } from 'vitest';
import { carryOut } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { findOrphans } from '../../src/engine/orphans.ts';
import { preview } from '../../src/engine/preview.ts';
import { type MarketCounts, sumOfMarkets } from '../../src/model/offer.ts';
import type { Standing } from '../../src/model/standing.ts';
import type { Wish } from '../../src/model/wish.ts';
import type { FakeCloud } from './support/fake-cloud.ts';
import { offerOf, soldOut, stock } from './support/shelf.ts';
import { createWorld, openStore, type World, type WorldChange } from './support/world.ts';

const calm = new AbortController().signal;

interface Life {
  readonly world: World;
  readonly stop: AbortController;
  readonly led: Promise<unknown>;
}

/** A controller leads, and all that is configured is proven. */
async function serving(change: WorldChange = {}, prepare?: (world: World) => void): Promise<Life> {
  const world = createWorld(change);
  prepare?.(world);
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  led.catch(() => undefined);
  await world.until('all proven', () => isServing(world));
  return { world, stop, led };
}

function isServing(world: World): boolean {
  return world.deployment.placements.every(({ site, replicas }) => servingAt(world, site) === replicas);
}

function servingAt({ sink }: World, name: string): number {
  const site = sink.entry?.sites.find((each) => each.site === name);
  return (site?.replicas ?? []).filter(({ state }) => state === 'serving').length;
}

const wishOf = (site: string, replicas: number, change: Partial<Wish> = {}): Wish => ({
  ...{ deployment: 'chat', kind: 'scale', from: site, to: undefined, reason: 'load', replicas },
  ...change,
});

/** Time is for the test to move. */
async function type(world: World, wish: Wish) {
  const end = await carryOut(world.boot().deps, wish, { timeoutMs: undefined }, calm);
  return end.kind === 'ended' ? `${end.operation.plan.kind} ${end.operation.state}` : end;
}

const scale = ({ world }: Life, site: string, replicas: number) => world.drive(type(world, wishOf(site, replicas)));

const live = (cloud: FakeCloud): readonly number[] =>
  [...cloud.replicas.values()].filter(({ state }) => state === 'running').map(({ slot }) => slot);

async function standing({ state, clock }: World): Promise<readonly Standing[]> {
  return await openStore(state, clock, 1).standing.list('chat');
}

const stopsAt = ({ asked }: FakeCloud): readonly number[] =>
  asked.filter(({ verb }) => verb === 'stop').map(({ slot }) => slot);

test('up and down again: what is added serves, what is taken away is gone, and automation holds the number', async () => {
  const life = await serving();
  const { world } = life;
  expect(await scale(life, 'left', 3)).toBe('scale done');
  await world.until('three serve', () => servingAt(world, 'left') === 3);
  expect(live(world.left)).toEqual([0, 1, 2]);
  expect(await standing(world)).toMatchObject([{ kind: 'scale', site: 'left', replicas: 3, instead: 1 }]);
  world.left.crash(2);
  await world.until('it is started again', () => live(world.left).length === 3 && servingAt(world, 'left') === 3);
  expect(await scale(life, 'left', 2)).toBe('scale done');
  expect(live(world.left).toSorted()).toEqual([0, 1]);
  await world.pass(10_000);
  expect(live(world.left).toSorted()).toEqual([0, 1]);
  expect(stopsAt(world.left)).toEqual([2]);
  expect(world.violations).toEqual([]);
});

test('the configured number takes it back, and what was started for more is no orphan meanwhile', async () => {
  const life = await serving();
  const { world } = life;
  await scale(life, 'left', 2);
  const { orphans } = await world.drive(findOrphans(world.boot().deps, calm));
  expect(orphans).toEqual([]);
  expect(await scale(life, 'left', 1)).toBe('scale done');
  expect(await standing(world)).toEqual([]);
  expect(await scale(life, 'left', 1)).toMatchObject({ kind: 'nothing-to-do' });
});

test('to none at a site without traffic: nothing is started there by itself, and a failover may', async () => {
  const life = await serving();
  const { world } = life;
  expect(await scale(life, 'left', 0)).toMatchObject({ kind: 'refused', reasons: [{ code: 'SourceNotFenced' }] });
  expect(await scale(life, 'right', 0)).toBe('scale done');
  await world.pass(5000);
  expect(live(world.right)).toEqual([]);
  world.probe.bad['left'] = 'TimedOut';
  world.sink.stats['left'] = { attempts: 100, failures: 100, attemptsTotal: 100, failuresTotal: 100 };
  await world.until('the failover', () => world.sink.entry?.weights['right'] === 100, 60_000);
  expect(live(world.right)).toEqual([0]);
});

test('what still answers is waited for, and only then stopped', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  const beyond = [...world.left.replicas.values()].find(({ slot }) => slot === 1);
  if (beyond === undefined) throw new Error('no second replica');
  world.sink.stats['left'] = { replicas: [{ replica: beyond.id, inFlight: 1, streaming: 1, ejected: false }] };
  const end = type(world, wishOf('left', 1));
  await world.until('it gets nothing new', () => servingAt(world, 'left') === 1);
  await world.pass(3000);
  expect(stopsAt(world.left)).toEqual([]);
  world.sink.stats['left'] = {};
  expect(await world.drive(end)).toBe('scale done');
  expect(stopsAt(world.left)).toEqual([1]);
});

test('what does not end in the time of a drain is stopped all the same', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  const hung = [...world.left.replicas.values()].find(({ slot }) => slot === 1);
  world.sink.stats['left'] = { replicas: [{ replica: hung?.id ?? '', inFlight: 1, streaming: 1, ejected: false }] };
  const startedAtMs = world.clock.nowMs();
  expect(await scale(life, 'left', 1)).toBe('scale done');
  expect(world.clock.nowMs() - startedAtMs).toBeGreaterThanOrEqual(world.deployment.drain.waitForStreamsMs);
  expect(stopsAt(world.left)).toEqual([1]);
});

test('nothing is stopped while the gateway is not seen to have taken it out', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  const end = type(world, wishOf('left', 1));
  await world.until('it is asked for', () => world.operations().some(({ plan }) => plan.kind === 'scale'));
  world.sink.blind = { class: 'transient', code: 'Blind', message: 'no answer' };
  await world.pass(2000);
  expect(stopsAt(world.left)).toEqual([]);
  world.sink.blind = undefined;
  expect(await world.drive(end)).toBe('scale done');
});

test('a count from before the table that takes it out is none', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  const before = world.sink.entry?.routeVersion ?? 0;
  world.sink.counted = () => ({ routeVersion: before });
  const end = type(world, wishOf('left', 1));
  await world.until('it gets nothing new', () => servingAt(world, 'left') === 1);
  await world.pass(2000);
  expect(stopsAt(world.left)).toEqual([]);
  world.sink.counted = () => ({});
  expect(await world.drive(end)).toBe('scale done');
});

test('those that stay are not proven: nothing is taken away, and no number stands', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  const first = [...world.left.replicas.values()].find(({ slot }) => slot === 0);
  if (first === undefined) throw new Error('no first replica');
  world.probe.bad[first.id] = 'TimedOut';
  const end = await scale(life, 'left', 1);
  expect(end).not.toBe('scale done');
  expect(stopsAt(world.left)).toEqual([]);
  expect(await standing(world)).toEqual([]);
});

test('a start that is refused leaves what was started, and no number; the number from before takes it away', async () => {
  const life = await serving();
  const { world } = life;
  world.left.faults.push('pass', { refuse: { class: 'capacity', code: 'SoldOut', message: 'none left' } });
  expect(await scale(life, 'left', 3)).toBe('scale failed');
  expect(await standing(world)).toEqual([]);
  expect(live(world.left)).toEqual([0, 1]);
  const { orphans } = await world.drive(findOrphans(world.boot().deps, calm));
  expect(orphans).toMatchObject([{ why: 'beyond-placement' }]);
  expect(await scale(life, 'left', 1)).toBe('scale done');
  expect(live(world.left)).toEqual([0]);
});

test('a stop whose answer is lost is settled by looking, and asked for once more only if it was not done', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  world.left.faults.push('lose-reply');
  expect(await scale(life, 'left', 1)).toBe('scale done');
  expect(stopsAt(world.left)).toEqual([1]);
  world.right.faults.push('lose-request');
  expect(await scale(life, 'right', 1)).toBe('scale done');
  expect(stopsAt(world.right)).toEqual([1, 1]);
  expect(live(world.right)).toEqual([0]);
});

test('with a list that lags: nothing is started twice, and nothing is missed when it goes (I14, I27)', async () => {
  const life = await serving({}, ({ left }) => {
    left.listLagMs = 3000;
  });
  const { world } = life;
  expect(await scale(life, 'left', 3)).toBe('scale done');
  expect(world.left.made).toHaveLength(3);
  // The second start is granted and not listed yet when somebody gives it up.
  const typed = type(world, wishOf('left', 5));
  await world.until('five are made', () => world.left.made.length === 5);
  const id = world.operations().find(({ plan }) => plan.scale?.replicas === 5)?.id;
  const abort: Wish = {
    ...{ deployment: 'chat', kind: 'abort', from: undefined, to: undefined, reason: 'so' },
    operationId: id ?? '',
  };
  await world.drive(carryOut(world.boot().deps, abort, { timeoutMs: undefined }, calm));
  expect(await world.drive(typed)).toBe('scale failed');
  expect(await scale(life, 'left', 3)).toBe('scale done');
  expect(live(world.left).toSorted()).toEqual([0, 1, 2]);
  expect(world.left.made).toHaveLength(5);
});

test('held before anything goes it takes nothing away, and resume goes on', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  world.sink.stats['left'] = {};
  const typed = carryOut(world.boot().deps, wishOf('left', 1), { timeoutMs: undefined }, calm);
  await world.until('it is asked for', () => world.operations().some(({ plan }) => plan.kind === 'scale'));
  const id = world.operations().find(({ plan }) => plan.kind === 'scale')?.id ?? '';
  const order = async (kind: 'hold' | 'resume') => {
    const wish: Wish = { deployment: 'chat', kind, from: undefined, to: undefined, reason: 'so', operationId: id };
    return await world.drive(carryOut(world.boot().deps, wish, { timeoutMs: undefined }, calm));
  };
  const held = await order('hold');
  if (held.kind === 'held') {
    await world.pass(3000);
    expect(servingAt(world, 'left')).toBe(2);
    await order('resume');
  }
  expect(await world.drive(typed)).toMatchObject({ kind: expect.stringMatching(/ended|held/) });
  await world.until('it goes', () => live(world.left).length === 1);
});

test('a failover does not wait for a scale, which ends without its number', async () => {
  const life = await serving({ sites: { left: 2, right: 2 } });
  const { world } = life;
  world.left.bootMs = 60_000;
  const typed = carryOut(world.boot().deps, wishOf('right', 4), { timeoutMs: undefined }, calm);
  await world.until('it is under way', () => world.operations().some(({ state }) => state === 'waking'));
  world.left.crash(0);
  world.left.crash(1);
  await world.until('the failover', () => world.sink.entry?.weights['right'] === 100, 60_000);
  expect(await world.drive(typed)).toMatchObject({ kind: 'ended' });
});

test('a plan of it says what would be started and stopped, and changes nothing', async () => {
  const life = await serving();
  const { world } = life;
  const seen = await world.drive(preview(world.boot().deps, wishOf('left', 3), calm));
  expect(seen).toMatchObject({
    against: [],
    planned: { forecast: { sites: [{ starts: 2, wanted: 3 }, { starts: 0 }] } },
  });
  expect(live(world.left)).toEqual([0]);
});

describe('so many in each market', () => {
  const sights = (['on-demand', 'spot'] as const).map((market) => ({ offer: offerOf('p5.48xlarge', { market }) }));
  const inMarkets = (markets: MarketCounts) => wishOf('left', sumOfMarkets(markets), { markets });
  const had = (cloud: FakeCloud): readonly string[] =>
    [...cloud.replicas.values()]
      .filter(({ state }) => state === 'running')
      .map(({ slot, market }) => `${slot} ${market}`)
      .toSorted();

  test('one is replaced by one of another market, before it goes; automation holds it where it stands', async () => {
    const life = await serving({ sites: { left: 2, right: 1 } }, (world) => stock(world.left, sights));
    const { world } = life;
    expect(had(world.left)).toEqual(['0 on-demand', '1 on-demand']);
    expect(await world.drive(type(world, inMarkets({ 'on-demand': 1, spot: 1 })))).toBe('scale done');
    expect(had(world.left)).toEqual(['0 on-demand', '2 spot']);
    expect(await standing(world)).toMatchObject([{ kind: 'slots', site: 'left', slots: [0, 2] }]);
    await world.pass(10_000);
    expect(had(world.left)).toEqual(['0 on-demand', '2 spot']);
    expect(await findOrphans(world.boot().deps, calm)).toEqual({ orphans: [], unseen: [] });
    world.left.crash(2);
    await world.until('it is started again', () => live(world.left).length === 2 && servingAt(world, 'left') === 2);
    expect(live(world.left)).toEqual([0, 2]);
    expect(world.violations).toEqual([]);
  });

  test('what is sold out in the market leaves all as it was', async () => {
    const life = await serving({ sites: { left: 2, right: 1 } }, (world) => {
      stock(world.left, sights).denials.set('p5.48xlarge a spot', soldOut);
    });
    const { world } = life;
    expect(await world.drive(type(world, inMarkets({ spot: 2 })))).toBe('scale failed');
    await world.pass(10_000);
    expect(had(world.left)).toEqual(['0 on-demand', '1 on-demand']);
    expect([await standing(world), stopsAt(world.left)]).toEqual([[], []]);
    expect(world.violations).toEqual([]);
  });
});
