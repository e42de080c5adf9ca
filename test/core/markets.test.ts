import { expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { scaleTo } from '../../src/core/scale.ts';
import { wishAction } from '../../src/core/wishes.ts';
import type { Market } from '../../src/model/error-verdict.ts';
import { type MarketCounts, sumOfMarkets } from '../../src/model/offer.ts';
import type { ReplicaView, View } from '../../src/model/view.ts';
import { failedLaunch } from './support/launching.ts';
import { nowMs, type ReplicaChange, replicaView, requestOf, type SiteChange, siteView, view } from './support/view.ts';

const had = (slot: number, market: Market | undefined, change: ReplicaChange = {}): ReplicaView =>
  replicaView({ site: 'left', slot, ...(market === undefined ? {} : { market }), ...change });

/** `left` has three on demand, and can be asked for any market. */
function world(replicas: readonly ReplicaView[], left: SiteChange = {}, change: Parameters<typeof view>[0] = {}): View {
  const site = siteView('left', { wanted: 3, markets: ['on-demand', 'spot', 'reserved'], replicas, ...left });
  return view({ sites: [site, siteView('right')], ...change });
}

const three = [0, 1, 2].map((slot) => had(slot, 'on-demand'));

function planTo(markets: MarketCounts, seen: View) {
  const wish = { ...requestOf(), kind: 'scale', from: 'left', replicas: sumOfMarkets(markets), markets } as const;
  const wished = wishAction(seen, wish, diagnose(seen, nowMs), nowMs);
  if (wished.kind === 'refused') throw new Error(wished.reason.message);
  return makePlan(wished.action, seen, nowMs);
}

test('what is lacking in a market is started in it, in the first free slots', () => {
  const plan = planTo({ 'on-demand': 3, spot: 2 }, world(three));
  expect(plan.steps).toMatchObject([
    { kind: 'launch', name: '1-launch left spot', slots: [3, 4], market: 'spot', bestEffort: false },
    { kind: 'prove', replicas: 5, below: 5 },
  ]);
  expect(plan.scale).toMatchObject({ replicas: 5, before: 3 });
  expect(plan.scale).not.toHaveProperty('slots');
});

test('what is too much in a market is taken away, in whichever slots it stands, and the others are named', () => {
  const plan = planTo({ 'on-demand': 1, spot: 2 }, world([...three, had(3, 'spot'), had(4, 'spot')], { wanted: 5 }));
  const slots = [0, 3, 4];
  expect(plan.steps).toMatchObject([
    { kind: 'stamp' },
    { kind: 'prove', replicas: 3, slots },
    { kind: 'trim', keep: 3, slots, takes: 2 },
  ]);
  expect(plan.scale).toMatchObject({ replicas: 3, slots });
});

test('one for another: what is started is proven before anything goes', () => {
  const plan = planTo({ spot: 3 }, world(three));
  expect(plan.steps.map(({ name }) => name)).toEqual([
    ...['1-stamp', '2-launch left spot', '3-prove left', '4-trim left to 3'],
  ]);
  expect(plan.steps[3]).toMatchObject({ slots: [3, 4, 5], takes: 3 });
});

test('several markets are asked for one after the other, each for its own slots', () => {
  const launches = planTo({ reserved: 1, spot: 1, 'on-demand': 3 }, world(three)).steps.flatMap((step) =>
    step.kind === 'launch' ? [`${step.name} ${step.slots.join()}`] : [],
  );
  expect(launches).toEqual(['1-launch left spot 3', '2-launch left reserved 4']);
});

test('of one market what is ready stays before what is not', () => {
  const bad = had(0, 'on-demand', { conditions: [{ state: 'bad' }] });
  const plan = planTo({ 'on-demand': 1 }, world([bad, had(1, 'on-demand'), had(2, 'on-demand')]));
  expect(plan.scale).toMatchObject({ replicas: 1, slots: [1] });
});

test('a slot with a machine that is only stopped is not filled: waking it would bring its own market', () => {
  const plan = planTo({ 'on-demand': 3, spot: 1 }, world([...three, had(3, 'on-demand', { state: 'stopped' })]));
  expect(plan.steps.find(({ kind }) => kind === 'launch')).toMatchObject({ slots: [4] });
});

test('a number without markets leaves named slots where they are', () => {
  const seen = world([had(0, 'on-demand'), had(3, 'spot'), had(4, 'spot')], { slots: [0, 3, 4] });
  const to = (replicas: number) => scaleTo(seen, { site: 'left', replicas }, nowMs);
  expect(to(4)).toMatchObject({ scale: { slots: [0, 1, 3, 4] }, start: [{ slots: [1] }] });
  expect(to(2)).toMatchObject({ scale: { slots: [0, 3] }, start: [] });
  expect(to(3)).toMatchObject({ kind: 'refused', reason: { code: 'AlreadyThere' } });
});

test.for([
  {
    name: 'as it is already',
    seen: world(three),
    markets: { 'on-demand': 3 },
    reason: { code: 'AlreadyThere' },
  },
  {
    name: 'where nobody tells in which market one was had',
    seen: world([...three.slice(1), had(0, undefined)]),
    markets: { spot: 3 },
    reason: { code: 'MarketNotTold', message: 'local does not tell in which market left-0 at left was had' },
  },
  {
    name: 'where one of them is not offered',
    seen: world(three, { markets: ['on-demand', 'reserved'] }),
    markets: { spot: 1, 'on-demand': 3 },
    reason: {
      code: 'MarketNotTold',
      message: 'left can be asked for nothing in the market spot; it names on-demand, reserved (local)',
    },
  },
  {
    name: 'where nobody knows of markets',
    seen: view({ sites: [siteView('left', { wanted: 3, replicas: three })] }),
    markets: { spot: 1, 'on-demand': 3 },
    reason: {
      code: 'MarketNotTold',
      message: 'left can be asked for nothing in the market spot; it names none (local)',
    },
  },
  {
    name: 'while something that was launched need not be listed yet',
    seen: world(three, { listLagMs: 5000 }, { recent: [failedLaunch({ kind: 'scale', slot: 3, agoMs: 1000 })] }),
    markets: { spot: 3 },
    reason: { code: 'LaunchUnlisted' },
  },
])('is refused $name', ({ seen, markets, reason }) => {
  const replicas = sumOfMarkets(markets);
  expect(scaleTo(seen, { site: 'left', replicas, markets }, nowMs)).toMatchObject({ kind: 'refused', reason });
});

test('fewer of a market need nothing to be asked for', () => {
  const seen = view({ sites: [siteView('left', { wanted: 3, replicas: three }), siteView('right')] });
  expect(scaleTo(seen, { site: 'left', replicas: 2, markets: { 'on-demand': 2 } }, nowMs).kind).toBe('scale');
});
