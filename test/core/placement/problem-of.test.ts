import { expect, test } from 'vitest';
import { allocationToday, costOf } from '../../../src/core/placement/allocation.ts';
import { changesOf } from '../../../src/core/placement/changes.ts';
import { demandOf } from '../../../src/core/placement/demand-of.ts';
import { orderParts } from '../../../src/core/placement/order.ts';
import { poolsOf } from '../../../src/core/placement/pools.ts';
import { problemOf } from '../../../src/core/placement/problem-of.ts';
import { assumedMarkets, seatsOf } from '../../../src/core/placement/seats.ts';
import { unsettledReasons } from '../../../src/core/placement/unsettled.ts';
import type { Market } from '../../../src/model/error-verdict.ts';
import type { PlacementRule } from '../../../src/model/placement-problem.ts';
import type { Demand } from '../../../src/model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../../src/model/rebalance-policy.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { SiteView, View } from '../../../src/model/view.ts';
import { nowMs, operationOf, replicaView, siteView, type ViewChange, view } from '../support/view.ts';

const policy: RebalancePolicy = {
  objective: { latencyUsdPerMsHour: 0.1, moveUsd: 5, paybackMs: 36_000_000 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0, minimumSites: 1 },
  maxChange: {},
  demandRps: {},
  minimumGainUsdPerHour: 0,
  run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
};
const demand: Demand = { rps: 20, firstTokenMs: { left: 50, right: 80 }, from: 'gateway', asOfMs: nowMs };
const rated = { ratedRps: 10, usdPerHour: 4 };

function problem(change: ViewChange, over: Partial<RebalancePolicy> = {}, asked: Demand = demand) {
  const seen = view(change);
  const sites = seen.sites.map(({ site }) => site);
  const terms = { sites, deployments: [seen.deployment], sights: [{ view: seen, demand: asked }], nowMs };
  return problemOf({ ...terms, policy: { ...policy, ...over } });
}

const named = (rules: readonly PlacementRule[]): readonly string[] => rules.map(({ name }) => name);

test('a placement counts alone: as many replicas as it is written to have, at its price', () => {
  const made = problem({
    sites: [siteView('left', { wanted: 3, ...rated }), siteView('right', { ...rated, replicas: [] })],
  });
  expect(made.choices).toMatchObject([
    { deployment: 'chat', pool: { name: 'left/chat', usdPerHour: 4 }, units: 1, today: 3, ratedRps: 10 },
    { deployment: 'chat', pool: { name: 'right/chat' }, today: 0 },
  ]);
  expect(made.choices[0]?.startupHours).toBeCloseTo(1 / 60);
  expect(made.rules).toContainEqual({
    ...{ name: 'replicas left/chat', says: 'left may hold 3 replicas of chat', kind: 'capacity' },
    ...{ path: ['deployments', 'chat', 'sites', 'left', 'replicas'], pool: 'left/chat', units: 3 },
  });
  expect(made.objective).toEqual({ moveUsd: 5, paybackHours: 10 });
  expect(made.paidUsdPerHour).toBe(0);
});

const capacity = [
  { accelerator: 'H100', market: 'reserved', count: 20, usdPerHour: 3 },
  { accelerator: 'B200', market: 'spot', count: 80, usdPerHour: 9 },
  { accelerator: 'H100', market: 'spot', count: 80, usdPerHour: 1 },
] as const;

/** Left has machines that deployments share, and a replica takes eight of them. */
function sharing(count: number): readonly SiteView[] {
  const plain = siteView('left', { wanted: count, ratedRps: 10 });
  const placement = { ...plain.placement, use: { accelerator: 'H100', count: 8 } };
  return [{ ...plain, site: { ...plain.site, capacity }, placement }, siteView('right', rated)];
}

test('what runs is counted in the order in which the site lists its markets, and reservations are paid anyway', () => {
  const made = problem({ sites: sharing(5) });
  expect(made.choices).toMatchObject([
    { pool: { name: 'left/H100/reserved', market: 'reserved', usdPerHour: 0 }, units: 8, today: 2 },
    { pool: { name: 'left/H100/spot', market: 'spot', usdPerHour: 1 }, units: 8, today: 3 },
    { pool: { name: 'right/chat' } },
  ]);
  expect(made.paidUsdPerHour).toBe(60);
  expect(named(made.rules).filter((name) => name.startsWith('capacity'))).toEqual([
    'capacity left/H100/reserved',
    'capacity left/B200/spot',
    'capacity left/H100/spot',
  ]);
  expect(made.rules.find(({ name }) => name === 'capacity left/H100/spot')).toMatchObject({
    ...{ says: 'left has 80 H100 spot', path: ['sites', 'left', 'capacity', 2, 'count'], units: 80 },
  });
});

/** What each choice at left counts today: deployment, market, replicas. All views have the same sites. */
function todayAtLeft(views: readonly View[]): readonly unknown[] {
  const sights = views.map((each) => ({ view: each, demand }));
  const sites = (views[0]?.sites ?? []).map(({ site }) => site);
  return problemOf({ sites, deployments: [], sights, policy, nowMs })
    .choices.filter(({ pool }) => pool.site === 'left')
    .map(({ deployment, pool, today }) => [deployment, pool.market, today]);
}

test('two deployments do not both stand on the same machines', () => {
  const one = view({ sites: sharing(2) });
  const other: View = { ...one, deployment: { ...one.deployment, name: 'embed' } };
  expect(todayAtLeft([one, other])).toEqual([
    ['chat', 'reserved', 2],
    ['chat', 'spot', 0],
    ['embed', 'reserved', 0],
    ['embed', 'spot', 2],
  ]);
});

/** As `sharing`, each of left's replicas told to have been had in one market; undefined: not told. */
function toldIn(...markets: readonly (Market | undefined)[]): readonly SiteView[] {
  const [left, ...others] = sharing(markets.length);
  if (left === undefined) throw new Error('no left');
  const replicas = left.replicas.map((each, index) => {
    const market = markets[index];
    return market === undefined ? each : { ...each, replica: { ...each.replica, market } };
  });
  return [{ ...left, replicas }, ...others];
}

test.for<{
  name: string;
  markets: readonly (Market | undefined)[];
  today: readonly number[];
  assumed: readonly string[];
}>([
  { name: 'all told', markets: ['spot', 'reserved', 'spot'], today: [1, 2], assumed: [] },
  { name: 'told against the order of the list', markets: ['spot', 'spot'], today: [0, 2], assumed: [] },
  { name: 'some told', markets: ['reserved', undefined, undefined], today: [2, 1], assumed: ['2 not-told'] },
  { name: 'more told than there should be', markets: Array(4).fill('reserved'), today: [4, 0], assumed: [] },
  {
    name: 'more told than there should be, and one not',
    markets: [undefined, 'reserved', 'reserved', 'reserved'],
    ...{ today: [3, 1], assumed: ['1 not-told'] },
  },
  { name: 'a market that is not listed', markets: ['on-demand', 'spot'], today: [1, 1], assumed: ['1 not-listed'] },
])('counted in its market: $name', ({ markets, today, assumed }) => {
  const sites = toldIn(...markets);
  const { choices } = problem({ sites });
  expect(choices.filter(({ pool }) => pool.site === 'left').map((each) => each.today)).toEqual(today);
  const seats = seatsOf([{ view: view({ sites }), demand }], poolsOf(sites.map(({ site }) => site)));
  expect(assumedMarkets(seats).map(({ site, replicas, why }) => `${site} ${replicas} ${why}`)).toEqual(
    assumed.map((each) => `left ${each}`),
  );
});

test('another market for the same number is a change, by market; a placement that counts alone has none', () => {
  const made = problem({ sites: toldIn('spot', 'spot') });
  const today = { replicas: [0, 2, 1], weights: { chat: made.loads[0]?.today ?? {} } };
  expect(made.choices.map((each) => each.today)).toEqual(today.replicas);
  expect(changesOf(made, today)).toEqual([]);
  const [swapped, more] = [
    [2, 0, 1],
    [0, 2, 2],
  ].map((replicas) => changesOf(made, { ...today, replicas }));
  expect(swapped).toMatchObject([
    {
      ...{ site: 'left', replicas: { before: 2, after: 2 } },
      markets: [
        { market: 'reserved', before: 0, after: 2 },
        { market: 'spot', before: 2, after: 0 },
      ],
    },
  ]);
  expect(more).toMatchObject([{ site: 'right', replicas: { before: 1, after: 2 } }]);
  expect(more?.[0]?.markets).toBeUndefined();
  const parts = orderParts(made, { ...today, replicas: [2, 0, 1] }) ?? [];
  expect(parts).toMatchObject([
    { kind: 'start', site: 'left', market: 'reserved', before: 0, after: 2 },
    { kind: 'stop', site: 'left', market: 'spot', before: 2, after: 0 },
  ]);
});

test('what one deployment is told to stand on, no other is assumed to', () => {
  const first = view({ sites: toldIn(undefined, undefined) });
  const second = view({ sites: toldIn('reserved', 'reserved') });
  const other: View = { ...second, deployment: { ...second.deployment, name: 'embed' } };
  expect(todayAtLeft([first, other])).toEqual([
    ['chat', 'reserved', 0],
    ['chat', 'spot', 2],
    ['embed', 'reserved', 2],
    ['embed', 'spot', 0],
  ]);
});

test('where a site lists one market, or a placement counts alone, nothing is assumed', () => {
  const [left, right] = sharing(3);
  if (left === undefined || right === undefined) throw new Error('no sites');
  const only = { ...left, site: { ...left.site, capacity: capacity.slice(0, 1) } };
  const sites = [only, right];
  const seats = seatsOf([{ view: view({ sites }), demand }], poolsOf(sites.map(({ site }) => site)));
  expect(assumedMarkets(seats)).toEqual([]);
});

const out: Standing = {
  ...{
    kind: 'out',
    deployment: 'chat',
    site: 'right',
    isStopped: true,
    atMs: 0,
    reason: undefined,
    untilMs: undefined,
  },
  by: { kind: 'person', name: 'ada', host: 'box', pid: 1 },
};

test('every rule of the deployment and of rebalancing is there, with where it is written', () => {
  const safety = { vendorMaxRatio: { aws: 0.6 }, headroomRatio: 0.1, maxUsdPerHour: 50 };
  const freeze = [{ fromMs: nowMs, untilMs: nowMs + 1, reason: 'year-end', allow: ['emergency'] as const }];
  const { rules } = problem(
    {
      sites: [siteView('left', rated), siteView('right', rated)],
      policy: { safety: { ...safety, freeze } },
      standing: [out],
    },
    {
      constraints: {
        ...{ vendorMaxRatio: { azure: 0.4 }, headroomRatio: 0.25, minimumSites: 2, survive: 'site' },
        ...{ budgetUsdPerHour: 90, spotMaxRatio: 0.4, spotOnlyFor: ['embed'] },
      },
      maxChange: { trafficRatio: 0.15, replicas: 4, usdPerHour: 60 },
    },
  );
  expect(rules.map(({ name, says, path }) => `${name} | ${says} | ${path.join('.')}`)).toEqual([
    'demand chat | chat is asked 20 rps | deployments.chat',
    'residency chat | chat may run in eu only | deployments.chat.residency',
    'vendorShare aws of chat | at most 60% of the traffic of chat at aws | deployments.chat.failover.safety.vendorShare.aws',
    'headroom of chat | 10% headroom for chat | deployments.chat.failover.safety.headroom',
    'maxUsdPerHour of chat | chat may cost 50 USD an hour | deployments.chat.failover.safety.maxUsdPerHour',
    'freeze chat | chat must stay as it is: no changes now: year-end | deployments.chat.failover.safety.freeze',
    'replicas left/chat | left may hold 1 replica of chat | deployments.chat.sites.left.replicas',
    "vendorShare azure | at most 40% of a deployment's traffic at azure | rebalance.constraints.vendorShare.azure",
    'headroom | 25% headroom | rebalance.constraints.headroom',
    'minimumSites | each deployment at 2 sites or more | rebalance.constraints.minimumSites',
    'survive | the loss of any site leaves enough for the whole demand | rebalance.constraints.survive',
    "spot.max | at most 40% of a deployment's capacity is spot | rebalance.constraints.spot.max",
    'spot.onlyFor | spot only for embed | rebalance.constraints.spot.onlyFor',
    'budget | all replicas may cost 90 USD an hour | rebalance.constraints.budget',
    "trafficPerRun | one run moves at most 15% of a deployment's traffic | rebalance.maxChange.trafficPerRun",
    'replicasPerRun | one run starts and stops at most 4 replicas | rebalance.maxChange.replicasPerRun',
    'costPerRun | one run adds at most 60 USD an hour | rebalance.maxChange.costPerRun',
  ]);
  expect(new Set(named(rules)).size).toBe(rules.length);
});

test('what a person emptied is no place for anything, and what stands there takes its room', () => {
  const plain = siteView('right', rated);
  const placement = { ...plain.placement, use: { accelerator: 'H100', count: 8 } };
  const sites = [siteView('left', rated), { ...plain, site: { ...plain.site, capacity }, placement }];
  const { choices, rules } = problem({ sites, standing: [out] });
  expect(choices.map(({ pool }) => pool.site)).toEqual(['left']);
  expect(rules).toContainEqual(expect.objectContaining({ name: 'capacity right/H100/reserved', units: 12 }));
  expect(rules.some(({ kind }) => kind === 'block')).toBe(false);
});

test('latency has a price where it is known of every site, else it has none', () => {
  expect(problem({}).loads[0]?.trafficUsdPerHour).toEqual({ left: 5, right: 8 });
  const half: Demand = { ...demand, firstTokenMs: { left: 50 } };
  expect(problem({}, {}, half).loads[0]?.trafficUsdPerHour).toEqual({});
});

test('what the traffic costs is told apart, and each site has its share of it', () => {
  const sites = [siteView('left', rated), siteView('right', rated)].map((each, index) => ({
    ...each,
    site: { ...each.site, egressUsdPerGiB: index + 1 },
  }));
  // A GiB an hour and request per second: twenty of them.
  const bytes = 1024 ** 3 / 3600;
  const made = problem({ sites, weights: { left: 75, right: 25 } }, {}, { ...demand, response: { ...demand, bytes } });
  expect(made.loads).toMatchObject([
    { trafficUsdPerHour: { left: 25, right: 48 }, egressUsdPerHour: { left: 20, right: 40 } },
  ]);
  expect(costOf(made, allocationToday(made))).toEqual({ capacity: 8, egress: 25, latency: 5.75, moves: 0 });
});

test.for([
  { name: 'what the gateway counts', change: {}, configured: 0, expected: { rps: 20, from: 'gateway' } },
  { name: 'what is configured, when that is more', change: {}, configured: 30, expected: { rps: 30, from: 'config' } },
  { name: 'what is counted, when that is more', change: {}, configured: 10, expected: { rps: 20, from: 'gateway' } },
  {
    name: 'not what is configured, when nobody sees what is counted: it may be far more',
    change: { traffic: null },
    configured: 5,
    expected: undefined,
  },
  { name: 'nothing is known', change: { traffic: null }, configured: 0, expected: undefined },
  { name: 'nothing is known from old counts', change: { trafficAgoMs: 3001 }, configured: 0, expected: undefined },
  {
    name: 'no request in a while is no demand of nothing',
    change: { traffic: { left: { attempts: 0 }, right: { attempts: 0 } } },
    configured: 0,
    expected: undefined,
  },
] as const)('demand: $name', ({ change, configured, expected }) => {
  const found = demandOf(view(change), { ...policy, demandRps: { chat: configured } }, nowMs);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});

test.for<{ name: string; change: ViewChange; codes: readonly string[] }>([
  { name: 'nothing stands in the way', change: {}, codes: [] },
  {
    name: 'a site that nobody sees',
    change: { sites: [siteView('left'), siteView('right', { unseen: true })] },
    codes: ['UnknownView'],
  },
  { name: 'weights that nobody sees', change: { noRoute: 'unseen' }, codes: ['DriverUnreachable'] },
  { name: 'an operation under way', change: { open: operationOf({ state: 'shifting' }) }, codes: ['OperationRunning'] },
  {
    name: 'a site that fails',
    change: { sites: [siteView('left', { all: { state: 'bad' } }), siteView('right')] },
    codes: ['SiteFailing'],
  },
  {
    name: 'a standby that waits without replicas',
    change: { sites: [siteView('left'), siteView('right', { standby: 'cold', replicas: [] })] },
    codes: [],
  },
  {
    name: 'a hot site without its replicas',
    change: { sites: [siteView('left'), siteView('right', { replicas: [] })] },
    codes: ['ReplicasMissing'],
  },
  {
    name: 'a site with traffic and half of its replicas',
    change: { sites: [siteView('left', { wanted: 2, replicas: [replicaView()] }), siteView('right')] },
    codes: ['ReplicasMissing'],
  },
  {
    name: 'what a person emptied',
    change: { sites: [siteView('left'), siteView('right', { replicas: [] })], standing: [out] },
    codes: [],
  },
  { name: 'a pause', change: { standing: [{ ...out, kind: 'pause' }] }, codes: ['Paused'] },
])('in the way: $name', ({ change, codes }) => {
  expect(unsettledReasons(view(change), nowMs).map(({ code }) => code)).toEqual(codes);
});

test('a drill, and what may be one, come first; where the weights are not seen that alone is said', () => {
  const fault = { id: 1, run: 'drill-1', deployment: 'chat' } as unknown as NonNullable<View['faults']>[number];
  const codes = (seen: View) => unsettledReasons(seen, nowMs).map(({ code, message }) => `${code} ${message}`);
  expect(codes({ ...view(), faults: [fault] })).toEqual(['DrillRunning drill-1 is under way']);
  expect(codes({ ...view(), mayBeDrilled: true })).toEqual(['DrillRunning a drill of chat may be under way']);
  expect(codes({ ...view({ noRoute: 'unseen' }), mayBeDrilled: true })).toHaveLength(1);
});
