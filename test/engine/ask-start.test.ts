import { describe, expect, test } from 'vitest';
import { runStep } from '../../src/engine/run-step.ts';
import type { Attempt, Block } from '../../src/model/block.ts';
import type { OfferSight } from '../../src/model/offer.ts';
import type { Step } from '../../src/model/plan.ts';
import { denialOf, noAccess, offerOf, overQuota, type Shelf, soldOut, stock } from './support/shelf.ts';
import { onlyStep, openStepWorld, type StepWorld } from './support/step-world.ts';

const launch: Step = {
  ...{ kind: 'launch', name: '1-launch', site: 'right', slots: [0], bestEffort: false, deadlineMs: 9000 },
};
const sights: readonly OfferSight[] = ['p5.48xlarge', 'g6.12xlarge', 'h100.8x'].map((machine) => ({
  offer: offerOf(machine),
}));
const [p5, g6, h100] = sights.map(({ offer }) => `${offer.machine} a on-demand`) as [string, string, string];

/** `right` has lost what it had, and sells three kinds. */
async function openSelling(given = sights): Promise<{ world: StepWorld; shelf: Shelf }> {
  const world = await openStepWorld({ sites: { left: 1, right: 2 } });
  for (const slot of [0, 1]) world.right.crash(slot);
  const shelf = stock(world.right, given);
  // The wrapped sessions of the process were made before the shelf.
  Object.assign(world.ctx.deps.providers.get('right') ?? {}, {
    account: shelf.account,
    offers: world.right.offers,
    start: world.right.start,
  });
  return { world, shelf };
}

async function run(world: StepWorld, step: Step = launch) {
  return await world.work(runStep(world.ctx, await onlyStep(world, step), world.calm));
}

async function blocksOf(world: StepWorld): Promise<readonly Block[]> {
  return await world.ctx.deps.store.blocks.list(world.clock.nowMs());
}

function attemptsOf(world: StepWorld): readonly Attempt[] {
  return world.journal().flatMap((body) => (body.kind === 'step' ? (body.attempts ?? []) : []));
}

test('what is refused is remembered, and the next start does not ask for it', async () => {
  const { world, shelf } = await openSelling();
  shelf.denials.set(p5, soldOut);
  expect(await run(world)).toEqual({ kind: 'reached' });
  expect(shelf.asked).toEqual([p5, g6]);
  expect(await blocksOf(world)).toMatchObject([
    { site: 'right', scope: 'offer', code: 'InsufficientInstanceCapacity', offer: { machine: 'p5.48xlarge' } },
  ]);
  expect(await run(world, { ...launch, slots: [1] })).toEqual({ kind: 'reached' });
  expect(shelf.asked).toEqual([p5, g6, g6]);
  expect(attemptsOf(world)).toMatchObject([
    { offer: { machine: 'p5.48xlarge' }, state: 'refused', code: 'InsufficientInstanceCapacity' },
    { offer: { machine: 'p5.48xlarge' }, state: 'not-asked', code: 'InsufficientInstanceCapacity' },
  ]);
});

test('with nothing left to ask no call is made: refused as what is worst, with every code and when to try again', async () => {
  const { world, shelf } = await openSelling();
  for (const [name, denial] of [
    [p5, soldOut],
    [g6, overQuota],
    [h100, soldOut],
  ] as const)
    shelf.denials.set(name, denial);
  expect(await run(world)).toMatchObject({ kind: 'failed', error: { code: 'QUOTA_EXCEEDED', class: 'quota' } });
  const calls = world.right.asked.length + shelf.asked.length;
  expect(await run(world, { ...launch, slots: [1] })).toMatchObject({
    kind: 'failed',
    error: { class: 'quota', code: 'NothingLeftToAsk', retryAfterMs: expect.any(Number) },
  });
  expect(world.right.asked.length + shelf.asked.length).toBe(calls);
  const last = world.journal().at(-1);
  expect(last).toMatchObject({ kind: 'step', state: 'refused' });
});

test('a site with nothing left is blocked as a whole until its first offer may be asked for again', async () => {
  const { world, shelf } = await openSelling(sights.slice(0, 2));
  shelf.denials.set(p5, denialOf('Sold', 'capacity', { expiryMs: 180_000 }));
  shelf.denials.set(g6, soldOut);
  await run(world);
  const site = (await blocksOf(world)).find(({ scope }) => scope === 'site');
  expect((site?.untilMs ?? 0) - (site?.atMs ?? 0)).toBe(180_000);
  await world.lookUntil('the block in the view', () => world.ctx.view().blocks !== undefined);
  expect(world.ctx.view().blocks).toEqual([site]);
});

test('a quota of the family in a region is not asked for in another zone', async () => {
  const zones = ['a', 'b'].map((zone) => ({ offer: offerOf('p5.48xlarge', { zone }) }));
  const { world, shelf } = await openSelling([...zones, { offer: offerOf('g6.12xlarge') }]);
  shelf.denials.set(p5, overQuota);
  expect(await run(world)).toEqual({ kind: 'reached' });
  expect(shelf.asked).toEqual([p5, g6]);
});

test('what the provider says beforehand is not asked for', async () => {
  const denied = { class: 'quota', code: 'QuotaOf0', message: '0 of 96' } as const;
  const { world, shelf } = await openSelling([
    { offer: offerOf('p5.48xlarge'), denied },
    { offer: offerOf('g6.12xlarge'), room: 0 },
    { offer: offerOf('h100.8x'), room: 1 },
  ]);
  expect(await run(world)).toEqual({ kind: 'reached' });
  expect(shelf.asked).toEqual([h100]);
  expect(attemptsOf(world).map(({ code }) => code)).toEqual(['QuotaOf0', 'NoRoom']);
});

test.for(['refuses', 'hangs'] as const)(
  'offers that cannot be seen (%s) are no empty list: the site goes by its own order',
  async (blind) => {
    const { world, shelf } = await openSelling();
    shelf.blind = blind;
    shelf.denials.set(p5, soldOut);
    expect(await run(world)).toEqual({ kind: 'reached' });
    expect(shelf.asked).toEqual([p5, g6]);
  },
);

test.for(['refuses', 'hangs'] as const)(
  'what was refused is not asked for while the offers, seen before, cannot be seen (%s)',
  async (blind) => {
    const { world, shelf } = await openSelling();
    shelf.denials.set(p5, soldOut);
    await run(world);
    shelf.blind = blind;
    expect(await run(world, { ...launch, slots: [1] })).toEqual({ kind: 'reached' });
    expect(shelf.asked).toEqual([p5, g6, g6]);
    const doomed = attemptsOf(world).filter(({ state }) => state === 'not-asked');
    expect(doomed.map(({ code }) => code)).toEqual(['InsufficientInstanceCapacity']);
  },
);

test('what another process was refused in the same account is not asked for', async () => {
  const { world, shelf } = await openSelling();
  const atMs = world.clock.nowMs();
  const met: Block = {
    ...{
      deployment: 'embed',
      config: 'other',
      site: 'far',
      provider: 'fake',
      account: shelf.account,
      region: undefined,
    },
    ...{ offer: offerOf('p5.48xlarge'), scope: 'account', reach: { machines: 'family', markets: 'all' } },
    ...{
      class: 'quota',
      code: 'GPUS_ALL_REGIONS',
      message: 'no',
      atMs,
      untilMs: atMs + 600_000,
      isUntilChanged: false,
    },
  };
  await world.ctx.deps.store.blocks.put([met], atMs);
  expect(await run(world)).toEqual({ kind: 'reached' });
  expect(shelf.asked).toEqual([g6]);
});

test('I26: expired credentials are asked again by the step that met them, and are remembered when it gives up', async () => {
  const { world, shelf } = await openSelling();
  shelf.denials.set(p5, noAccess);
  const renewed = run(world);
  await world.until('it was asked', () => shelf.asked.length >= 2);
  expect(await blocksOf(world)).toEqual([]);
  shelf.denials.clear();
  expect(await renewed).toEqual({ kind: 'reached' });
  shelf.denials.set(p5, noAccess);
  expect(await run(world, { ...launch, slots: [1] })).toMatchObject({ kind: 'failed', error: { class: 'auth' } });
  expect(await blocksOf(world)).toMatchObject([
    { scope: 'account', isUntilChanged: true, code: 'ClientAuthenticationError' },
  ]);
  const asked = shelf.asked.length;
  const began = world.clock.monoMs();
  expect(await run(world, { ...launch, slots: [1] })).toMatchObject({
    kind: 'failed',
    error: { code: 'NothingLeftToAsk' },
  });
  expect(shelf.asked).toHaveLength(asked);
  expect(world.clock.monoMs() - began).toBeLessThan(2000);
});

test('a right that is missing is asked about once at the site, and blocks that site alone', async () => {
  const { world, shelf } = await openSelling();
  shelf.denials.set(
    p5,
    denialOf('AuthorizationFailed', 'auth', { scope: 'site', reach: undefined, expiryMs: undefined }),
  );
  expect(await run(world)).toMatchObject({ kind: 'failed', error: { class: 'auth' } });
  expect(new Set(shelf.asked)).toEqual(new Set([p5]));
  expect(await blocksOf(world)).toMatchObject([
    { site: 'right', scope: 'site', code: 'AuthorizationFailed', isUntilChanged: true },
  ]);
  const asked = shelf.asked.length;
  expect(await run(world, { ...launch, slots: [1] })).toMatchObject({
    ...{ kind: 'failed', error: { code: 'NothingLeftToAsk' } },
  });
  expect(shelf.asked).toHaveLength(asked);
});

test('a start that is granted clears what it proves wrong', async () => {
  const { world, shelf } = await openSelling();
  shelf.denials.set(p5, soldOut);
  shelf.denials.set(g6, soldOut);
  shelf.denials.set(h100, denialOf('Sold', 'capacity', { expiryMs: 1000 }));
  await run(world);
  expect((await blocksOf(world)).map(({ scope }) => scope)).toContain('site');
  shelf.denials.clear();
  await world.pass(1000);
  expect(await run(world)).toEqual({ kind: 'reached' });
  expect(shelf.asked.at(-1)).toBe(h100);
  expect((await blocksOf(world)).map(({ offer }) => offer?.machine)).toEqual(['p5.48xlarge', 'g6.12xlarge']);
});

test('I14: a lost reply is settled with the same key though all is blocked meanwhile, and makes one instance', async () => {
  const { world, shelf } = await openSelling();
  world.right.listLagMs = 5000;
  world.right.faults.push('lose-reply');
  const end = run(world, { ...launch, deadlineMs: 90_000 });
  await world.until('it was made', () => world.right.made.length === 1);
  const atMs = world.clock.nowMs();
  const all: Block = {
    ...{ deployment: 'chat', config: world.config.digest, site: 'right', provider: 'fake', account: shelf.account },
    ...{
      region: undefined,
      offer: undefined,
      scope: 'site',
      reach: undefined,
      class: 'capacity',
      code: 'Sold',
      message: 'no',
    },
    ...{ atMs, untilMs: atMs + 600_000, isUntilChanged: false },
  };
  await world.ctx.deps.store.blocks.put([all], atMs);
  await end;
  expect(world.right.made).toHaveLength(1);
  expect(shelf.asked).toEqual([p5]);
});

describe('in one market alone', () => {
  const both = [...sights.slice(0, 1), { offer: offerOf('p5.48xlarge', { market: 'spot' }) }];
  const spot: Step = { ...launch, market: 'spot' };

  test('nothing of another is asked for, whatever the order of the site', async () => {
    const { world, shelf } = await openSelling(both);
    expect(await run(world, spot)).toEqual({ kind: 'reached' });
    expect(shelf.asked).toEqual(['p5.48xlarge a spot']);
    expect([...world.right.replicas.values()].find(({ state }) => state === 'running')).toMatchObject({
      market: 'spot',
    });
  });

  test('what is sold out there says nothing of the others: the site is not blocked', async () => {
    const { world, shelf } = await openSelling(both);
    shelf.denials.set('p5.48xlarge a spot', soldOut);
    expect(await run(world, spot)).toMatchObject({ kind: 'failed', error: { class: 'capacity' } });
    expect(await run(world, spot)).toMatchObject({ kind: 'failed', error: { code: 'NothingLeftToAsk' } });
    expect((await blocksOf(world)).map(({ scope }) => scope)).toEqual(['offer']);
    expect(await run(world, launch)).toEqual({ kind: 'reached' });
    expect(shelf.asked).toEqual(['p5.48xlarge a spot', p5]);
  });

  test('a site without any is not asked', async () => {
    const { world, shelf } = await openSelling();
    expect(await run(world, spot)).toMatchObject({
      kind: 'failed',
      error: { message: 'nothing is left to ask for in the market spot at right: it offers nothing' },
    });
    expect(shelf.asked).toEqual([]);
  });

  test('while its offers were never seen it is not asked to go by its own order', async () => {
    const { world, shelf } = await openSelling(both);
    shelf.blind = 'refuses';
    expect(await run(world, spot)).toMatchObject({ kind: 'failed', error: { code: 'OffersNotSeen' } });
    expect([shelf.asked, world.right.asked]).toEqual([[], []]);
  });
});
