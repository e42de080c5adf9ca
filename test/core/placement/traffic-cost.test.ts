import { expect, test } from 'vitest';
import { responseOf } from '../../../src/core/placement/response-of.ts';
import { trafficCostOf } from '../../../src/core/placement/traffic-cost.ts';
import type { Demand } from '../../../src/model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../../src/model/rebalance-policy.ts';
import type { SiteTraffic } from '../../../src/model/traffic-stats.ts';
import { nowMs, siteView, view } from '../support/view.ts';

const policy: RebalancePolicy = {
  objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 3_600_000 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0, minimumSites: 1 },
  ...{ maxChange: {}, demandRps: {}, minimumGainUsdPerHour: 0 },
  run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
};
/** A GiB an hour for each request per second. */
const bytes = 1024 ** 3 / 3600;
const response = { bytes, from: 'gateway', asOfMs: nowMs } as const;
const demand: Demand = { rps: 10, firstTokenMs: { left: 50, right: 80 }, from: 'gateway', asOfMs: nowMs, response };

/** Egress prices of left and right. */
function costs(left?: number, right?: number, asked: Demand = demand, over: Partial<RebalancePolicy> = {}) {
  const sites = Object.entries({ left, right }).map(([name, usd]) => {
    const plain = siteView(name);
    return { ...plain, site: { ...plain.site, ...(usd === undefined ? {} : { egressUsdPerGiB: usd }) } };
  });
  return trafficCostOf({ view: view({ sites }), demand: asked }, { ...policy, ...over });
}

const { response: _, ...sizeless } = demand;
const told = (what: string, message: string) => [{ deployment: 'chat', what, message }];

test.for<[string, ReturnType<typeof costs>, object]>([
  ['nobody wrote anything of it', costs(), { trafficUsdPerHour: {}, uncounted: [] }],
  [
    'it is known of every site',
    costs(0.5, 0.1),
    { trafficUsdPerHour: { left: 5, right: 1 }, egressUsdPerHour: { left: 5, right: 1 }, uncounted: [] },
  ],
  [
    'leaving one of them costs nothing',
    costs(0.5, 0),
    { trafficUsdPerHour: { left: 5, right: 0 }, egressUsdPerHour: { left: 5, right: 0 }, uncounted: [] },
  ],
  [
    'one site has no price of it',
    costs(0.5),
    { trafficUsdPerHour: {}, uncounted: told('egress', 'no egress price is written of right (sites.SITE.egress)') },
  ],
  [
    'only the size of responses is written',
    costs(undefined, undefined, demand, { responseBytes: { chat: 1 } }),
    {
      trafficUsdPerHour: {},
      uncounted: told('egress', 'no egress price is written of left, right (sites.SITE.egress)'),
    },
  ],
  [
    'nobody knows the size of responses',
    costs(0.5, 0.1, sizeless),
    {
      trafficUsdPerHour: {},
      uncounted: told('egress', 'nobody says how large a response is (rebalance.responseSize.chat)'),
    },
  ],
])('egress, where %s', ([, found, expected]) => {
  expect(found).toEqual(expected);
});

test('latency that cannot be counted leaves egress as it is, and is told', () => {
  const objective = { ...policy.objective, latencyUsdPerMsHour: 0.1 };
  const half: Demand = { ...demand, firstTokenMs: { left: 50 } };
  expect(costs(0.5, 0.1, half, { objective })).toEqual({
    ...{ trafficUsdPerHour: { left: 5, right: 1 }, egressUsdPerHour: { left: 5, right: 1 } },
    uncounted: told('latency', 'no first token is known of right'),
  });
  expect(costs(0.5, 0.1, demand, { objective }).trafficUsdPerHour).toEqual({ left: 10, right: 9 });
});

test.for<[string, Partial<SiteTraffic>, Partial<SiteTraffic>, object | undefined]>([
  [
    'the mean of what the gateway passed on, at all sites',
    { finishedTotal: 50, cutTotal: 10, bytesTotal: 600_000 },
    { finishedTotal: 40, bytesTotal: 400_000 },
    { bytes: 10_000, from: 'gateway' },
  ],
  [
    'what is written, one answer short of enough',
    { finishedTotal: 50, cutTotal: 9, bytesTotal: 600_000 },
    { finishedTotal: 40, bytesTotal: 400_000 },
    { bytes: 7000, from: 'config' },
  ],
  [
    'what is written, beside a gateway that does not count bytes',
    { finishedTotal: 500 },
    { finishedTotal: 500 },
    { bytes: 7000, from: 'config' },
  ],
])('the size of a response is %s', ([, left, right, expected]) => {
  const seen = view({ traffic: { left, right } });
  expect(responseOf(seen, { ...policy, responseBytes: { chat: 7000 } }, nowMs)).toMatchObject(expected ?? {});
});

test.for([
  { name: 'a millisecond too young', countedForMs: 299_999, bytes: undefined },
  { name: 'old enough', countedForMs: 300_000, bytes: 10_000 },
])('the mean of a gateway that is $name', ({ countedForMs, bytes: expected }) => {
  const burst = { finishedTotal: 500, bytesTotal: 5_000_000 };
  const seen = view({
    traffic: { left: burst, right: { bytesTotal: 0, finishedTotal: 0, cutTotal: 0 } },
    countedForMs,
  });
  expect(responseOf(seen, policy, nowMs)?.bytes).toBe(expected);
});

test('an earlier version’s gateway, which does not say how long it counts, is not taken for old enough', () => {
  const seen = view({ traffic: { left: { finishedTotal: 500, bytesTotal: 5_000_000 } } });
  if (seen.traffic.kind !== 'seen') throw new Error('unseen');
  const { countedForMs: _, ...value } = seen.traffic.value;
  expect(responseOf({ ...seen, traffic: { ...seen.traffic, value } }, policy, nowMs)).toBeUndefined();
});

test('nobody says how large a response is where nothing is counted and nothing written', () => {
  expect(responseOf(view({ traffic: null }), policy, nowMs)).toBeUndefined();
  expect(responseOf(view({ traffic: null }), { ...policy, responseBytes: { embed: 7 } }, nowMs)).toBeUndefined();
});
