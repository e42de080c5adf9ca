import { expect, test } from 'vitest';
import { carryOut, type WishEnd } from '../../src/engine/carry-out.ts';
import { runController } from '../../src/engine/controller.ts';
import { lookBackAt } from '../../src/engine/look-back.ts';
import type { Site } from '../../src/model/site.ts';
import type { Wish } from '../../src/model/wish.ts';
import { askWithin, notSeen } from '../../src/providers/shared/told.ts';
import { explanationJson } from '../../src/report/json/explanation.ts';
import { explanationText } from '../../src/report/text/explanation.ts';
import { plainStyle } from '../../src/report/text/style.ts';
import type { Process } from './support/process.ts';
import { denialOf, noAccess, offerOf, overQuota, type Shelf, soldOut, stock } from './support/shelf.ts';
import { createWorld, type World } from './support/world.ts';

const anywhere: Wish = {
  ...{ deployment: 'chat', kind: 'start', from: undefined, to: undefined, reason: 'sold out at home', anywhere: true },
};

/** Three sites of three providers: cold, all of the same deployment, beside `left`, which serves, and `right`. */
const sites = { left: 1, right: 1, virginia: 2, sweden: 2, iowa: 2 };
const places: Readonly<Record<string, Partial<Site>>> = {
  virginia: { provider: 'aws', region: 'us-east-1', residency: ['us'] },
  sweden: { provider: 'azure', region: 'swedencentral', residency: ['eu'] },
  iowa: { provider: 'gcp', region: 'us-central1', residency: ['us'] },
};

interface Sale {
  readonly world: World;
  readonly shelves: Readonly<Record<'virginia' | 'sweden' | 'iowa', Shelf>>;
}

function open(change: { readonly residency?: readonly string[] } = {}): Sale {
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 5000, stopGraceMs: 1000 };
  const placements = Object.entries(sites).map(
    ([site, replicas]) =>
      ({ site, replicas, launch, standby: site === 'left' || site === 'right' ? 'hot' : 'cold' }) as const,
  );
  const world = createWorld({ sites, places, deployment: { placements, ...change }, failover: { mode: 'advise' } });
  for (const site of ['left', 'right']) world.clouds.get(site)?.plant(0);
  const sell = (site: string, machines: readonly string[]): Shelf => {
    const cloud = world.clouds.get(site);
    if (cloud === undefined) throw new Error(`no ${site}`);
    return stock(
      cloud,
      machines.map((machine) => ({ offer: offerOf(machine) })),
    );
  };
  return {
    world,
    shelves: {
      virginia: sell('virginia', ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge']),
      sweden: sell('sweden', ['ND96isr_H100_v5', 'ND96_A100_v4']),
      iowa: sell('iowa', ['a3-highgpu-8g', 'a2-highgpu-8g', 'g2-standard-96']),
    },
  };
}

/** Typed, and time is moved by whoever looks on. */
function begin(world: World, wish: Wish, { deps }: Process = world.boot()): Promise<WishEnd> {
  return carryOut(deps, wish, { timeoutMs: undefined }, new AbortController().signal);
}

async function type(world: World, wish: Wish, process: Process = world.boot()): Promise<WishEnd> {
  return await world.drive(
    carryOut(process.deps, wish, { timeoutMs: undefined }, new AbortController().signal),
    900_000,
  );
}

/** Of a client, until it is told to give up. */
const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
const neverThrows = (): never => {
  throw new Error('it hangs');
};

const names = (machines: readonly string[]): readonly string[] => machines.map((machine) => `${machine} a on-demand`);

function refuse(shelf: Shelf, machines: readonly string[], denial: typeof soldOut): void {
  for (const name of names(machines)) shelf.denials.set(name, denial);
}

/** Four offers sold out, one region out of quota, one account refused: what is left is one family at one of three clouds. */
function badNight({ shelves }: Sale): void {
  refuse(shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge'], soldOut);
  refuse(shelves.sweden, ['ND96isr_H100_v5', 'ND96_A100_v4'], noAccess);
  refuse(shelves.iowa, ['a3-highgpu-8g'], overQuota);
}

test('a hunt over three clouds with four offers sold out, a region out of quota and an account refused goes to what is left', async () => {
  const sale = open();
  badNight(sale);
  const { world, shelves } = sale;
  const end = await type(world, anywhere);
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.clouds.get('iowa')?.made).toHaveLength(1);
  expect([world.clouds.get('virginia')?.made, world.clouds.get('sweden')?.made]).toEqual([[], []]);
  expect(shelves.virginia.asked).toEqual(names(['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge']));
  // The account is refused as a whole: its second offer is not asked for. The call itself is tried twice (I26).
  expect(new Set(shelves.sweden.asked)).toEqual(new Set(names(['ND96isr_H100_v5'])));
  expect(shelves.iowa.asked).toEqual(names(['a3-highgpu-8g', 'a2-highgpu-8g']));
  expect(world.violations).toEqual([]);
});

test('the next one makes no call that is known to be doomed, and both are explained', async () => {
  const sale = open();
  badNight(sale);
  const { world, shelves } = sale;
  await type(world, anywhere);
  for (const shelf of Object.values(shelves)) shelf.asked.length = 0;
  const end = await type(world, { ...anywhere, reason: 'one more' });
  expect(shelves).toMatchObject({
    virginia: { asked: [] },
    sweden: { asked: [] },
    iowa: { asked: names(['a2-highgpu-8g']) },
  });
  if (end.kind !== 'ended') throw new Error(end.kind);
  const explained = await lookBackAt(world.boot().deps.store, end.operation);
  expect(explained.steps[0]?.attempts?.map(({ site, state, code }) => `${site} ${state} ${code}`)).toEqual([
    'iowa not-asked QUOTA_EXCEEDED',
  ]);
});

test('one that finds nothing lists every attempt with the cloud’s own code and when to try again', async () => {
  const sale = open();
  badNight(sale);
  const { world, shelves } = sale;
  refuse(
    shelves.iowa,
    ['a2-highgpu-8g', 'g2-standard-96'],
    denialOf('ZONE_RESOURCE_POOL_EXHAUSTED', 'capacity', { expiryMs: 180_000 }),
  );
  const end = await type(world, anywhere);
  if (end.kind !== 'ended') throw new Error(end.kind);
  expect(end.operation).toMatchObject({ state: 'failed', error: { class: 'quota', code: 'NothingLeftToAsk' } });
  expect(end.operation.error?.message).toContain('first try that may help in 3m');
  const explained = await lookBackAt(world.boot().deps.store, end.operation);
  expect(explanationText(explained, { ...plainStyle, width: 160 })).toMatchSnapshot();
  expect(explanationJson(explained).steps[0]).toMatchSnapshot();
});

test('I19: a site outside the jurisdiction is not asked, whoever asks', async () => {
  const sale = open({ residency: ['eu'] });
  const { world, shelves } = sale;
  const preview = await type(world, { ...anywhere, replicas: 1 });
  expect(preview).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(shelves.virginia.asked.length + shelves.iowa.asked.length).toBe(0);
  expect(shelves.sweden.asked).toEqual(names(['ND96isr_H100_v5']));
});

test('what one site has not enough of is made up at the next', async () => {
  const sale = open();
  const { world, shelves } = sale;
  shelves.virginia.denials.set('nothing', soldOut);
  const end = await type(world, { ...anywhere, replicas: 5 });
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(['virginia', 'sweden', 'iowa'].map((site) => world.clouds.get(site)?.made.length)).toEqual([2, 2, 1]);
});

test('more than there is room for is refused before anything is asked', async () => {
  const { world } = open();
  expect(await type(world, { ...anywhere, replicas: 7 })).toMatchObject({
    kind: 'refused',
    reasons: [{ code: 'NoReadyCapacity', message: expect.stringContaining('7 wanted') }],
  });
});

test('with a wait it asks again when the first refusal ends, says when, and stays within the API’s limits', async () => {
  const sale = open();
  badNight(sale);
  const { world, shelves } = sale;
  const short = denialOf('ZONE_RESOURCE_POOL_EXHAUSTED', 'capacity', { expiryMs: 180_000 });
  refuse(shelves.iowa, ['a2-highgpu-8g', 'g2-standard-96'], short);
  const end = begin(world, { ...anywhere, waitMs: 3_600_000 });
  await world.until('the first round', () => shelves.iowa.asked.length === 3, 900_000);
  await world.pass(120_000);
  expect(shelves.iowa.asked).toHaveLength(3);
  shelves.iowa.denials.delete('a2-highgpu-8g a on-demand');
  const atMs = world.clock.nowMs();
  expect(await world.drive(end, 900_000)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.clock.nowMs() - atMs).toBeLessThan(90_000);
  expect(shelves.iowa.asked).toHaveLength(4);
  const told = world.events.flatMap((event) => (event.type === 'step' ? (event.detail ?? []) : []));
  expect(told.find((line) => line.startsWith('waits for capacity'))).toContain('next try in 3m');
});

test('a hold ends the wait at once, and what is held goes on where it was', async () => {
  const sale = open();
  badNight(sale);
  const { world, shelves } = sale;
  refuse(shelves.iowa, ['a2-highgpu-8g', 'g2-standard-96'], denialOf('POOL', 'capacity', { expiryMs: 180_000 }));
  const pressed = new AbortController();
  const terms = { timeoutMs: undefined, onInterrupt: 'hold' } as const;
  const end = carryOut(world.boot().deps, { ...anywhere, waitMs: 3_600_000 }, terms, pressed.signal);
  await world.until('the first round', () => shelves.iowa.asked.length === 3, 900_000);
  await world.pass(2000);
  const atMs = world.clock.nowMs();
  pressed.abort();
  const held = await world.drive(end);
  expect(held).toMatchObject({ kind: 'held' });
  expect(world.clock.nowMs() - atMs).toBeLessThan(5000);
  shelves.iowa.denials.clear();
  await world.pass(180_000);
  if (held.kind !== 'held') throw new Error(held.kind);
  const resume: Wish = {
    ...{
      deployment: 'chat',
      kind: 'resume',
      from: undefined,
      to: undefined,
      reason: 'go on',
      operationId: held.operation.id,
    },
  };
  expect(await type(world, resume)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.clouds.get('iowa')?.made).toHaveLength(1);
});

test('with a wait it ends at its deadline, without capacity', async () => {
  const sale = open();
  const { world, shelves } = sale;
  for (const [shelf, machines] of [
    [shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge']],
    [shelves.sweden, ['ND96isr_H100_v5', 'ND96_A100_v4']],
    [shelves.iowa, ['a3-highgpu-8g', 'a2-highgpu-8g', 'g2-standard-96']],
  ] as const)
    refuse(shelf, machines, soldOut);
  const began = world.clock.monoMs();
  const end = await type(world, { ...anywhere, waitMs: 300_000 });
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'failed', error: { class: 'capacity' } } });
  expect(world.clock.monoMs() - began).toBeGreaterThanOrEqual(300_000);
  expect(shelves.virginia.asked).toHaveLength(4);
});

test('its time runs from its intent: a list that gave no answer before it takes nothing of that', async () => {
  const { world } = open();
  const virginia = world.clouds.get('virginia');
  if (virginia === undefined) throw new Error('no virginia');
  const { list } = virginia;
  let hasHung = false;
  virginia.list = async (selector, call) => {
    if (hasHung || world.operations().length === 0) return await list(selector, call);
    hasHung = true;
    return await hang(call.signal);
  };
  const end = await type(world, { ...anywhere, waitMs: 2000 });
  expect(hasHung).toBe(true);
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(virginia.made).toHaveLength(1);
});

test('a throttled site is waited for though nobody asked to wait, and the others are asked meanwhile', async () => {
  const sale = open();
  const { world, shelves } = sale;
  refuse(shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge'], soldOut);
  refuse(shelves.sweden, ['ND96isr_H100_v5', 'ND96_A100_v4'], soldOut);
  refuse(
    shelves.iowa,
    ['a3-highgpu-8g'],
    denialOf('RATE', 'throttled', { scope: 'none', reach: undefined, expiryMs: undefined }),
  );
  const end = begin(world, anywhere);
  await world.until('it was throttled', () => shelves.iowa.asked.length >= 1, 900_000);
  await world.pass(5000);
  shelves.iowa.denials.clear();
  expect(await world.drive(end, 900_000)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.clouds.get('iowa')?.made).toHaveLength(1);
});

test('a cloud whose API hangs says that nothing was asked for, and the hunt goes on elsewhere after one try', async () => {
  const sale = open();
  const { world } = sale;
  const virginia = world.clouds.get('virginia');
  if (virginia === undefined) throw new Error('no virginia');
  let tries = 0;
  // As the providers do: without an answer to the look that comes first nothing is sent that changes anything.
  virginia.start = async (_, call) => {
    tries += 1;
    const look = await askWithin(world.clock, call, { name: 'EC2', outcomeOf: neverThrows }, hang);
    if (look.kind === 'done') throw new Error('it hangs');
    return notSeen(look);
  };
  const beganMs = world.clock.monoMs();
  const end = await type(world, anywhere);
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(['virginia', 'sweden', 'iowa'].map((site) => world.clouds.get(site)?.made.length)).toEqual([0, 1, 0]);
  expect([tries, world.clock.monoMs() - beganMs < 40_000]).toEqual([1, true]);
});

test('a reply that is lost is settled where it was lost before any other site is asked (I14)', async () => {
  const sale = open();
  const { world, shelves } = sale;
  world.clouds.get('virginia')?.faults.push('lose-reply');
  const end = await type(world, anywhere);
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(['virginia', 'sweden', 'iowa'].map((site) => world.clouds.get(site)?.made.length)).toEqual([1, 0, 0]);
  expect(shelves.sweden.asked).toEqual([]);
});

/** Granted, and the machine is gone before any list shows it running. */
function goneAtOnce({ world }: Sale, site: string): void {
  const cloud = world.clouds.get(site);
  if (cloud === undefined) throw new Error(`no ${site}`);
  const { start } = cloud;
  cloud.start = async (request, call) => {
    const reply = await start(request, call);
    if (reply.kind === 'done') cloud.crash(request.slot);
    return reply;
  };
}

test('what is granted and refused late is asked for again under its key, and the hunt goes on where there is some', async () => {
  const sale = open();
  const { world, shelves } = sale;
  const virginia = world.clouds.get('virginia');
  if (virginia === undefined) throw new Error('no virginia');
  const keys: string[] = [];
  const { start } = virginia;
  virginia.start = async (request, call) => {
    keys.push(call.idempotencyKey);
    if (keys.length > 1) {
      // As the clouds do that take every request, and say with the machine's end that they had none.
      virginia.replicas.clear();
      return await start(request, call);
    }
    const reply = await start(request, call);
    virginia.crash(request.slot);
    refuse(shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge'], soldOut);
    return reply;
  };
  const end = await type(world, anywhere);
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(2);
  expect(world.clouds.get('sweden')?.made).toHaveLength(1);
  const blocks = await world.boot().deps.store.blocks.list(world.clock.nowMs());
  expect(blocks.map(({ site }) => site)).toContain('virginia');
});

test('what is granted and unlisted once any list had to show it is asked for again, and not yet before', async () => {
  const sale = open();
  const { world, shelves } = sale;
  const virginia = world.clouds.get('virginia');
  if (virginia === undefined) throw new Error('no virginia');
  let asked = 0;
  const { start } = virginia;
  virginia.start = async (request, call) => {
    asked += 1;
    const reply = await start(request, call);
    virginia.replicas.clear();
    refuse(shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge'], soldOut);
    return reply;
  };
  const end = begin(world, anywhere);
  await world.until('the grant', () => asked === 1);
  await world.pass(1900);
  expect(asked).toBe(1);
  expect(await world.drive(end, 60_000)).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect([asked, world.clouds.get('sweden')?.made.length]).toEqual([2, 1]);
});

test('what dies each time its key is asked for is left, and what is wanted is started elsewhere', async () => {
  const sale = open();
  goneAtOnce(sale, 'virginia');
  const { world } = sale;
  const end = await type(world, { ...anywhere, replicas: 1 });
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(world.clouds.get('sweden')?.made).toHaveLength(1);
});

test('a grant from before a crash that came to nothing is asked for again too', async () => {
  const sale = open();
  const { world, shelves } = sale;
  const virginia = world.clouds.get('virginia');
  if (virginia === undefined) throw new Error('no virginia');
  const { start } = virginia;
  virginia.start = async (request, call) => {
    const reply = await start(request, call);
    virginia.crash(request.slot);
    return reply;
  };
  const doomed = world.boot();
  const typed = begin(world, anywhere, doomed);
  typed.catch(() => undefined);
  const isGranted = (): boolean =>
    world.journal().some((body) => body.kind === 'step' && body.part !== undefined && body.state === 'reached');
  await world.until('the grant in the journal', isGranted);
  doomed.kill();
  expect(virginia.made).toHaveLength(1);
  virginia.replicas.clear();
  refuse(shelves.virginia, ['p5.48xlarge', 'p5e.48xlarge', 'p4d.24xlarge', 'g6.48xlarge'], soldOut);
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('the end', () => world.operations().every(({ endedAtMs }) => endedAtMs !== undefined), 120_000);
  stop.abort();
  await world.drive(led);
  expect(world.operations()[0]).toMatchObject({ state: 'done' });
  expect(world.clouds.get('sweden')?.made).toHaveLength(1);
});

test('kill -9 at any point of a hunt, then a resume: the same replicas, none twice (I14, I15)', {
  timeout: 60_000,
}, async () => {
  const calm = open();
  badNight(calm);
  const whole = calm.world.boot();
  await type(calm.world, { ...anywhere, replicas: 2 }, whole);
  const points = whole.points();
  expect(points).toBeGreaterThan(20);
  let hunted = 0;
  for (let point = 1; point <= points; point += 1) {
    for (const when of ['before', 'after'] as const) {
      const sale = open();
      badNight(sale);
      const { world } = sale;
      const doomed = world.boot({ at: point, when });
      const typed = carryOut(
        doomed.deps,
        { ...anywhere, replicas: 2 },
        { timeoutMs: undefined },
        new AbortController().signal,
      );
      typed.catch(() => undefined);
      await world.until(
        'its death or the end',
        () => doomed.isDead() || world.operations().some(({ endedAtMs }) => endedAtMs !== undefined),
        900_000,
      );
      const next = world.boot();
      const wasOpened = world.operations().length > 0;
      if (wasOpened) {
        const stop = new AbortController();
        const led = runController(next.deps, stop.signal);
        await world.until(
          'the end',
          () => world.operations().every(({ endedAtMs }) => endedAtMs !== undefined),
          900_000,
        );
        stop.abort();
        await world.drive(led);
      }
      const made = ['virginia', 'sweden', 'iowa'].map((site) => world.clouds.get(site)?.made.length ?? 0);
      const [operation] = world.operations();
      const where = `point ${point} ${when}`;
      if (operation?.plan.steps[0]?.kind === 'hunt') {
        hunted += 1;
        expect([operation.state, made], where).toEqual(['done', [0, 0, 2]]);
      }
      expect(world.violations, where).toEqual([]);
    }
  }
  expect(hunted).toBeGreaterThan(20);
});
