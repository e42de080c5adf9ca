import { expect, test } from 'vitest';
import { carryOut, type WishEnd } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { verifyOperation } from '../../src/engine/verify.ts';
import type { Site } from '../../src/model/site.ts';
import type { Wish } from '../../src/model/wish.ts';
import type { FakeCloud } from './support/fake-cloud.ts';
import type { Process } from './support/process.ts';
import { offerOf, type Shelf, soldOut, stock } from './support/shelf.ts';
import { createWorld, type World, type WorldChange } from './support/world.ts';

const hedged: Wish = {
  ...{ deployment: 'chat', kind: 'start', from: undefined, to: undefined, reason: 'capacity is gone' },
  ...{ anywhere: true, hedge: true, replicas: 1 },
};

const others = ['virginia', 'sweden', 'iowa'] as const;
type Other = (typeof others)[number];
const places: Readonly<Record<Other, Partial<Site>>> = {
  virginia: { provider: 'aws', region: 'us-east-1' },
  sweden: { provider: 'azure', region: 'swedencentral' },
  iowa: { provider: 'gcp', region: 'us-central1' },
};

interface Sale {
  readonly world: World;
  readonly shelves: Readonly<Record<Other, Shelf>>;
  readonly clouds: Readonly<Record<Other, FakeCloud>>;
}

/** `left` serves, `right` is ready; three cold sites of three vendors, of which the first loads for longer. */
function open(change: WorldChange = {}, hot: Readonly<Record<string, number>> = { left: 1, right: 1 }): Sale {
  const sites = { ...hot, virginia: 2, sweden: 2, iowa: 2 };
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 5000, stopGraceMs: 1000 };
  const placements = Object.entries(sites).map(
    ([site, replicas]) => ({ site, replicas, launch, standby: hot[site] === undefined ? 'cold' : 'hot' }) as const,
  );
  const world = createWorld({ sites, places, deployment: { placements }, failover: { mode: 'advise' }, ...change });
  for (const site of Object.keys(hot)) world.clouds.get(site)?.plant(0);
  const cloudOf = (site: Other): FakeCloud => {
    const cloud = world.clouds.get(site);
    if (cloud === undefined) throw new Error(`no ${site}`);
    return cloud;
  };
  const clouds = { virginia: cloudOf('virginia'), sweden: cloudOf('sweden'), iowa: cloudOf('iowa') };
  clouds.virginia.bootMs = 3000;
  const shelves = {
    virginia: stock(clouds.virginia, [{ offer: offerOf('p5.48xlarge') }]),
    sweden: stock(clouds.sweden, [{ offer: offerOf('ND96_A100_v4') }]),
    iowa: stock(clouds.iowa, [{ offer: offerOf('a3-highgpu-8g') }]),
  };
  return { world, shelves, clouds };
}

function refuse({ shelves }: Sale, site: Other): void {
  for (const { offer } of shelves[site].sights) shelves[site].denials.set(`${offer.machine} a on-demand`, soldOut);
}

async function type({ world }: Sale, wish: Wish, { deps }: Process = world.boot()): Promise<WishEnd> {
  return await world.drive(carryOut(deps, wish, { timeoutMs: undefined }, new AbortController().signal), 900_000);
}

/** Of what is billed at the three sites: how many at each. */
function billed({ clouds }: Sale): readonly number[] {
  return others.map((site) => [...clouds[site].replicas.values()].filter((each) => each.billed !== 'no').length);
}

function made({ clouds }: Sale): readonly number[] {
  return others.map((site) => clouds[site].made.length);
}

/** What each step said at its end. */
function details({ world }: Sale): readonly string[] {
  return world.journal().flatMap((body) => {
    const isEnd = body.kind === 'step' && body.part === undefined && body.state !== 'intended';
    return isEnd ? [`${body.step}: ${body.detail ?? body.state}`] : [];
  });
}

test('it starts at two sites of two vendors, the faster one stays and the other is deleted and not billed', async () => {
  const sale = open();
  const end = await type(sale, { ...hedged, replicas: 2 });
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect([made(sale), billed(sale)]).toEqual([
    [2, 2, 0],
    [0, 2, 0],
  ]);
  expect(details(sale)).toEqual([
    '1-hunt virginia, sweden, iowa: virginia 2, sweden 2',
    '2-race virginia, sweden, iowa: sweden was proven first',
    '3-release virginia: 2 deleted',
    '4-release sweden: it stays: proven first',
    '5-release iowa: nothing was started there',
  ]);
  expect(sale.world.violations).toEqual([]);
});

test('it is verified: as planned once only the winner runs, something else while both do', async () => {
  const sale = open();
  const end = await type(sale, hedged);
  if (end.kind !== 'ended') throw new Error(end.kind);
  const { deps } = sale.world.boot();
  const look = () => sale.world.drive(verifyOperation(deps, end.operation, new AbortController().signal));
  expect(await look()).toMatchObject({ verdict: 'as-planned' });
  const [lost] = [...sale.clouds.virginia.replicas.values()];
  if (lost !== undefined) sale.clouds.virginia.replicas.set(lost.id, { ...lost, state: 'running', billed: 'yes' });
  expect(await look()).toMatchObject({ verdict: 'something-else' });
});

test('one that is sold out is passed over for the next, and the hedge is whole', async () => {
  const sale = open();
  refuse(sale, 'sweden');
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'done' } });
  expect([made(sale), billed(sale)]).toEqual([
    [1, 0, 1],
    [0, 0, 1],
  ]);
});

test('with only one that has any it is not hedged', async () => {
  const sale = open();
  refuse(sale, 'sweden');
  refuse(sale, 'iowa');
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'done' } });
  expect([made(sale), billed(sale)]).toEqual([
    [1, 0, 0],
    [1, 0, 0],
  ]);
});

test('with none that has all of it the rest is made up elsewhere, and all of it stays', async () => {
  const sale = open();
  for (const site of others) {
    const { start } = sale.clouds[site];
    sale.clouds[site].start = async (request, call) =>
      request.slot > 0 || site === 'iowa'
        ? { kind: 'refused', error: { class: 'capacity', code: 'Out', message: 'no more' } }
        : await start(request, call);
  }
  expect(await type(sale, { ...hedged, replicas: 2 })).toMatchObject({ operation: { state: 'done' } });
  expect(billed(sale)).toEqual([1, 1, 0]);
  expect(details(sale)[1]).toContain('no site had all of it: virginia, sweden are proven');
});

test('with none at all it ends as any hunt does', async () => {
  const sale = open();
  for (const site of others) refuse(sale, site);
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'failed', error: { class: 'capacity' } } });
  expect(billed(sale)).toEqual([0, 0, 0]);
});

test('with a wait the second is asked again until the first is proven, and no longer', async () => {
  const sale = open();
  refuse(sale, 'sweden');
  refuse(sale, 'iowa');
  const began = sale.world.clock.monoMs();
  expect(await type(sale, { ...hedged, waitMs: 3_600_000 })).toMatchObject({ operation: { state: 'done' } });
  expect(sale.world.clock.monoMs() - began).toBeLessThan(20_000);
  expect(billed(sale)).toEqual([1, 0, 0]);
});

test('with a wait a second that is granted late may still win', async () => {
  const sale = open();
  sale.clouds.virginia.bootMs = 4_500;
  refuse(sale, 'iowa');
  const { start } = sale.clouds.sweden;
  let asked = 0;
  sale.clouds.sweden.start = async (request, call) => {
    asked += 1;
    const later = { class: 'throttled', code: 'Later', message: 'in a moment', retryAfterMs: 1000 } as const;
    return asked === 1 ? { kind: 'refused', error: later } : await start(request, call);
  };
  expect(await type(sale, { ...hedged, waitMs: 3_600_000 })).toMatchObject({ operation: { state: 'done' } });
  expect([made(sale), billed(sale)]).toEqual([
    [1, 1, 0],
    [0, 1, 0],
  ]);
});

test('a site that does not answer does not hold up the other', async () => {
  const sale = open();
  sale.clouds.virginia.faults.push('lose-request', 'lose-request');
  const end = await type(sale, hedged);
  expect(end).toMatchObject({ operation: { state: 'done' } });
  expect(billed(sale).reduce((sum, each) => sum + each, 0)).toBe(1);
});

test('a release whose answer is lost is settled by looking', async () => {
  const sale = open();
  const { stop } = sale.clouds.virginia;
  let stops = 0;
  sale.clouds.virginia.stop = async (replica, how, call) => {
    stops += 1;
    const reply = await stop(replica, how, call);
    return stops === 1 ? await new Promise(() => undefined) : reply;
  };
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'done' } });
  expect(billed(sale)).toEqual([0, 1, 0]);
});

test('what stood there before stays, and so does what somebody else started since', async () => {
  const sale = open();
  const old = sale.clouds.virginia.plant(0);
  const end = await type(sale, hedged);
  expect(end).toMatchObject({ operation: { state: 'done' } });
  expect(sale.clouds.virginia.replicas.get(old.id)).toMatchObject({ state: 'running' });
  expect(made(sale)[0]).toBe(1);
  expect(billed(sale)).toEqual([1, 1, 0]);
});

test('nobody is sent to either before it is known which one stays', async () => {
  const sale = open();
  const tables: string[] = [];
  const { write } = sale.world.sink;
  sale.world.sink.write = async (entry, call) => {
    const open = sale.world
      .operations()
      .some(({ endedAtMs, plan }) => endedAtMs === undefined && plan.kind === 'start');
    if (open) tables.push(...entry.spill.map(({ site }) => site));
    return await write(entry, call);
  };
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'done' } });
  expect(tables.filter((site) => others.some((each) => each === site))).toEqual([]);
});

test('a winner that dies before the release began releases nobody: the other is left and it is said', async () => {
  const sale = open();
  const { world } = sale;
  const hasWon = (): boolean =>
    world.journal().some((body) => body.kind === 'step' && body.step.startsWith('2-race') && body.state === 'reached');
  const { list } = sale.clouds.sweden;
  // Seen dead by the first look after the race.
  sale.clouds.sweden.list = async (selector, call) => {
    if (hasWon()) sale.clouds.sweden.crash(0);
    return await list(selector, call);
  };
  const end = await type(sale, hedged);
  if (end.kind !== 'ended') throw new Error(end.kind);
  expect(end.operation).toMatchObject({ state: 'failed', error: { code: 'WinnerNotProven' } });
  expect(billed(sale)[0]).toBe(1);
});

test('a proof that never comes ends it as it ends any hunt, with all of it left', async () => {
  const sale = open();
  for (const site of others) sale.clouds[site].bootMs = 10_000_000;
  expect(await type(sale, hedged)).toMatchObject({ operation: { state: 'failed' } });
  expect(billed(sale)).toEqual([1, 1, 0]);
});

test('a failover to one of both that takes its place releases the other at its own end', async () => {
  const sale = open({ failover: { mode: 'auto' } }, { left: 1 });
  const { world, clouds } = sale;
  clouds.sweden.bootMs = 2500;
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  const typed = carryOut(world.boot().deps, hedged, { timeoutMs: undefined }, new AbortController().signal);
  typed.catch(() => undefined);
  await world.until('both started', () => made(sale).join() === '1,1,0');
  const left = world.clouds.get('left');
  left?.crash(0);
  if (left !== undefined) left.refusal = { class: 'capacity', code: 'Out', message: 'none' };
  const failover = () =>
    world
      .operations()
      .find(({ plan }) => plan.kind === 'failover' && plan.steps.some(({ kind }) => kind === 'release'));
  await world.until('the failover is over', () => failover()?.endedAtMs !== undefined, 60_000);
  stop.abort();
  await world.drive(led);
  expect(failover()).toMatchObject({ state: 'done' });
  const target = others.find((site) => (failover()?.plan.after[site] ?? 0) === 100);
  expect(billed(sale).filter((count) => count > 0)).toHaveLength(1);
  expect(billed(sale)[target === undefined ? -1 : others.indexOf(target)]).toBeGreaterThan(0);
  expect(world.violations).toEqual([]);
});

test('kill -9 at any point, then a resume: one winner, and nothing billed beside it (I14, I15, I17)', {
  timeout: 120_000,
}, async () => {
  const whole = open().world;
  const calm = whole.boot();
  await whole.drive(carryOut(calm.deps, hedged, { timeoutMs: undefined }, new AbortController().signal), 900_000);
  const points = calm.points();
  expect(points).toBeGreaterThan(20);
  let raced = 0;
  for (let at = 1; at <= points; at += 1) {
    for (const when of ['before', 'after'] as const) {
      const sale = open();
      const { world } = sale;
      const doomed = world.boot({ at, when });
      carryOut(doomed.deps, hedged, { timeoutMs: undefined }, new AbortController().signal).catch(() => undefined);
      const isOver = (): boolean =>
        world.operations().length > 0 && world.operations().every(({ endedAtMs }) => endedAtMs !== undefined);
      await world.until('its death or the end', () => doomed.isDead() || isOver(), 900_000);
      if (world.operations().length === 0) continue;
      const won = winners(sale);
      const stop = new AbortController();
      const led = runController(world.boot().deps, stop.signal);
      await world.until('the end', isOver, 900_000);
      stop.abort();
      await world.drive(led);
      raced += 1;
      const where = `point ${at} ${when}`;
      expect(world.operations()[0]?.state, where).toBe('done');
      expect(winners(sale).slice(0, won.length), where).toEqual(won);
      const [winner] = winners(sale);
      expect(billed(sale), where).toEqual(others.map((site) => (site === winner ? 1 : 0)));
      expect(world.violations, where).toEqual([]);
    }
  }
  expect(raced).toBeGreaterThan(20);
});

function winners({ world }: Sale): readonly string[] {
  return world.journal().flatMap((body) => {
    const isRace = body.kind === 'step' && body.step.startsWith('2-race') && body.state === 'reached';
    return isRace ? Object.keys(body.placed ?? {}) : [];
  });
}
