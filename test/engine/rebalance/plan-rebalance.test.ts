import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import { planRebalance } from '../../../src/engine/rebalance/plan-rebalance.ts';
import type { RebalanceOutcome } from '../../../src/model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../../src/model/rebalance-policy.ts';
import type { OfferNeed, Provider } from '../../../src/ports/provider.ts';
import type { Solver } from '../../../src/ports/solver.ts';
import { createWorld, type World, type WorldChange } from '../support/world.ts';
import { policy, rated, solver, withShared } from './support/solving.ts';

/** Left has two replicas at 4 dollars, right two at 3; a controller has started all of them. */
async function standing(
  change: Pick<WorldChange, 'places'> & { sites?: Readonly<Record<string, number>> } = {},
): Promise<World> {
  const { left = 2, right = 2 } = change.sites ?? {};
  const placements = [rated('left', 4, left), rated('right', 3, right)];
  const { places = {} } = change;
  const world = createWorld({ deployment: { placements }, sites: { left, right }, places });
  runController(world.boot().deps, new AbortController().signal).catch(() => undefined);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  await world.pass(3000);
  return world;
}

async function plan(
  world: World,
  over: Partial<RebalancePolicy> = {},
  given: Solver = solver,
): Promise<RebalanceOutcome> {
  const { deps } = world.boot();
  const config = { ...deps.config, rebalance: { ...policy, ...over } };
  const terms = { solver: given, withinMs: 20_000 };
  const { outcome } = await world.drive(planRebalance({ ...deps, config }, terms, new AbortController().signal));
  return outcome;
}

test('plans the cheapest allocation from what is seen, and changes nothing', async () => {
  const world = await standing();
  const before = world.trace.length;
  const outcome = await plan(world);
  if (outcome.kind !== 'plan') throw new Error(JSON.stringify(outcome));
  expect(outcome).toMatchObject({ today: { capacity: 14 }, cost: { capacity: 6, moves: 0 }, gap: 0, mends: [] });
  expect(outcome.changes).toEqual([
    { deployment: 'chat', site: 'left', weight: { before: 100, after: 0 }, replicas: { before: 2, after: 0 } },
    { deployment: 'chat', site: 'right', weight: { before: 0, after: 100 }, replicas: { before: 2, after: 2 } },
  ]);
  expect(outcome.parts?.map(({ kind }) => kind)).toEqual(['weigh', 'stop']);
  expect(outcome.assumed).toBeUndefined();
  expect(world.trace.slice(before)).toEqual([]);
  expect(world.violations).toEqual([]);
});

test('says what it counts without having been told in which market it was had', async () => {
  const world = await standing();
  const { deps } = world.boot();
  const capacity = (['reserved', 'spot'] as const).map((market) => {
    return { accelerator: 'H100', market, count: 2, usdPerHour: 4 };
  });
  const config = { ...withShared(deps.config, capacity, 1), rebalance: policy };
  const planning = planRebalance({ ...deps, config }, { solver, withinMs: 20_000 }, new AbortController().signal);
  const { outcome } = await world.drive(planning);
  expect(outcome).toMatchObject({
    kind: 'plan',
    assumed: [{ deployment: 'chat', site: 'left', replicas: 2, why: 'not-told' }],
  });
});

test('says what a rule costs that keeps the plan from being cheaper', async () => {
  const world = await standing();
  const outcome = await plan(world, { constraints: { ...policy.constraints, minimumSites: 2 } });
  if (outcome.kind !== 'plan') throw new Error(JSON.stringify(outcome));
  expect(outcome.cost.capacity).toBe(7);
  expect(outcome.binding).toEqual([
    {
      ...{
        name: 'minimumSites',
        says: 'each deployment at 2 sites or more',
        path: ['rebalance', 'constraints', 'minimumSites'],
      },
      usdPerHour: expect.closeTo(1, 1),
    },
  ]);
});

test('names how much one run may change where that bars a larger move, though nothing is moved to its limit', async () => {
  const world = await standing();
  const outcome = await plan(world, { maxChange: { trafficRatio: 0.15 } });
  if (outcome.kind !== 'plan') throw new Error(JSON.stringify(outcome));
  expect(outcome.changes.filter(({ weight }) => weight.before !== weight.after)).toEqual([]);
  expect(outcome.binding).toMatchObject([{ name: 'trafficPerRun', usdPerHour: expect.closeTo(2, 1) }]);
});

test('says of which deployment nothing begins yet, as somebody else has just moved its traffic', async () => {
  const world = await standing();
  const wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: 'mine' } as const;
  await world.drive(carryOut(world.boot().deps, wish, { timeoutMs: undefined }, new AbortController().signal));
  const outcome = await plan(world, {});
  expect(outcome).toMatchObject({ waits: [{ deployment: 'chat', code: 'DwellTime', untilMs: expect.any(Number) }] });
  expect(await plan(await standing(), {})).not.toHaveProperty('waits');
});

test('what is broken today is mended, though that costs more', async () => {
  const world = await standing();
  const outcome = await plan(world, { demandRps: { chat: 25 } });
  if (outcome.kind !== 'plan') throw new Error(JSON.stringify(outcome));
  expect(outcome.mends.map(({ name }) => name)).toEqual(['demand chat']);
  expect(outcome.changes).toMatchObject([{ site: 'left', replicas: { before: 2, after: 1 } }, { site: 'right' }]);
});

test('names the rules in conflict, in the words of the configuration', async () => {
  const world = await standing();
  expect(await plan(world, { demandRps: { chat: 45 } })).toMatchObject({
    kind: 'impossible',
    isMinimal: true,
    rules: [{ says: 'chat is asked 45 rps' }, { name: 'replicas left/chat' }, { name: 'replicas right/chat' }],
  });
});

/** Left has accelerators that deployments share, in a market whose price is its provider's to say. */
function asking(world: World, offers: Provider['offers'], usdPerHour?: number) {
  const { deps } = world.boot();
  const left = deps.providers.get('left');
  if (left === undefined) throw new Error('there is a left');
  const line = { accelerator: 'H100', market: 'spot', count: 16, priceSource: 'provider' } as const;
  const capacity = [{ ...line, ...(usdPerHour === undefined ? {} : { usdPerHour }) }];
  const config = { ...withShared(deps.config, capacity, 8), rebalance: { ...policy, priceMaxAgeMs: 60_000 } };
  const providers = new Map([...deps.providers, ['left', { ...left, ...(offers && { offers }) }]]);
  const terms = { solver, withinMs: 20_000 };
  return world.drive(planRebalance({ ...deps, config, providers }, terms, new AbortController().signal));
}

const machine = { machine: 'p5.48xlarge', family: 'p5', market: 'spot', zone: 'a' } as const;

test('capacity costs what its provider says now, and the plan says who said it and when', async () => {
  const world = await standing();
  const needs: OfferNeed[] = [];
  const saidAtMs = world.clock.nowMs() - 5000;
  const plan = await asking(world, async (need) => {
    needs.push(need);
    const sight = { offer: machine, usdPerHour: 16, accelerators: 8, pricedAtMs: saidAtMs };
    return { kind: 'seen', value: [sight], asOfMs: world.clock.nowMs() };
  });
  expect(needs).toEqual([{ deployment: 'chat', replicas: 1, forPrices: true }]);
  expect(plan.prices).toMatchObject([
    { pool: 'left/H100/spot', usdPerHour: 2, from: 'provider', offer: 'p5.48xlarge a spot', asOfMs: saidAtMs },
    { pool: 'right/chat', usdPerHour: 3, from: 'config', asOfMs: plan.atMs },
  ]);
  // Two replicas of eight accelerators at two dollars, and two at three.
  expect(plan.outcome).toMatchObject({ kind: 'plan', today: { capacity: 38 } });
});

test('a provider that never answers leaves what is written, and without that there is no plan', async () => {
  const world = await standing();
  const silent = () => new Promise<never>(() => undefined);
  expect((await asking(world, silent, 4)).prices).toMatchObject([
    { usdPerHour: 4, from: 'config', instead: 'fake did not say: no answer within 15s' },
    { pool: 'right/chat' },
  ]);
  const { outcome, prices } = await asking(world, silent);
  expect(prices).toEqual([]);
  expect(outcome).toEqual({
    kind: 'skipped',
    reasons: [
      {
        ...{ code: 'PriceUnknown', site: 'left', deployment: 'chat' },
        message: 'nobody says what H100 spot costs at left: fake did not say: no answer within 15s',
      },
    ],
  });
  expect((await asking(world, undefined)).outcome).toMatchObject({
    reasons: [{ message: 'nobody says what H100 spot costs at left: fake says no prices' }],
  });
});

test('egress is weighed against capacity: what leaves the cheaper site costs more than its machines save', async () => {
  const world = await standing({ places: { left: { egressUsdPerGiB: 0 }, right: { egressUsdPerGiB: 5 } } });
  // Fifteen requests a second of this size are a GiB an hour.
  const outcome = await plan(world, { responseBytes: { chat: 1024 ** 3 / 3600 / 15 } });
  if (outcome.kind !== 'plan') throw new Error(JSON.stringify(outcome));
  // Both at left are 8 dollars; both at right would be 6 and 5 for what leaves it.
  expect(outcome).toMatchObject({ today: { capacity: 14, egress: 0 }, cost: { capacity: 8, egress: 0, latency: 0 } });
  expect(outcome.changes).toMatchObject([{ site: 'right', replicas: { before: 2, after: 0 } }]);
});

test('a response that nobody measured or wrote leaves egress out, and the plan says so', async () => {
  const world = await standing({ places: { left: { egressUsdPerGiB: 0 }, right: { egressUsdPerGiB: 5 } } });
  const { deps } = world.boot();
  const terms = { solver, withinMs: 20_000 };
  const config = { ...deps.config, rebalance: policy };
  const { uncounted, outcome, demands } = await world.drive(
    planRebalance({ ...deps, config }, terms, new AbortController().signal),
  );
  const message = 'nobody says how large a response is (rebalance.responseSize.chat)';
  expect(uncounted).toEqual([{ deployment: 'chat', what: 'egress', message }]);
  expect(demands['chat']).not.toHaveProperty('response');
  expect(outcome).toMatchObject({ cost: { capacity: 6, egress: 0 } });
});

test('plans nothing while something else goes on, and asks the solver nothing', async () => {
  const world = await standing();
  world.left.crash(0);
  const none: Solver = { ...solver, solve: () => Promise.reject(new Error('asked')) };
  const outcome = await plan(world, {}, none);
  expect(outcome.kind).toBe('skipped');
});

test('a deployment without requests and without a written demand is not planned', async () => {
  const world = await standing();
  expect(await plan(world, { demandRps: {} })).toMatchObject({
    kind: 'skipped',
    reasons: [{ deployment: 'chat', code: 'NoTraffic' }],
  });
});
