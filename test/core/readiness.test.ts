import { expect, test } from 'vitest';
import {
  areIndependent,
  emptySlots,
  isReady,
  isResident,
  leavingReason,
  readyReplicas,
  servingReplicas,
  weightOf,
} from '../../src/core/readiness.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { ReplicaState } from '../../src/model/replica.ts';
import { leavingSite, noticesOf, nowMs, replicaView, siteView, view } from './support/view.ts';

const tcp = { probe: 'http', state: 'bad' } as const;

test.for<{ name: string; change: Parameters<typeof replicaView>[0]; ready: boolean }>([
  { name: 'running, good and proven', change: {}, ready: true },
  { name: 'still starting', change: { state: 'starting' }, ready: false },
  { name: 'without an address', change: { url: undefined }, ready: false },
  { name: 'without a completion probe', change: { conditions: [{ probe: 'http' }] }, ready: false },
  {
    name: 'good by one vantage and bad by the other',
    change: { conditions: [{}, { vantage: 'far', state: 'bad' }] },
    ready: false,
  },
  { name: 'slow', change: { conditions: [{ state: 'slow' }] }, ready: false },
  { name: 'good by completions while its http probe fails', change: { conditions: [{}, tcp] }, ready: true },
  { name: 'never proven (I8)', change: { proof: null }, ready: false },
  { name: 'proven before its boot (I8)', change: { proof: { bootId: 'boot-0' } }, ready: false },
])('a replica that is $name is ready: $ready', ({ change, ready }) => {
  expect(isReady(view(), replicaView(change), nowMs)).toBe(ready);
});

test.for<{ name: string; allowed: readonly string[]; site: readonly string[]; resident: boolean }>([
  { name: 'anywhere when the deployment names nothing', allowed: [], site: [], resident: true },
  { name: 'where all jurisdictions are allowed', allowed: ['eu', 'ch'], site: ['eu', 'ch'], resident: true },
  { name: 'not where one of two is not', allowed: ['eu'], site: ['eu', 'us'], resident: false },
  { name: 'not where none is stated', allowed: ['eu'], site: [], resident: false },
])('a deployment may run $name (I19)', ({ allowed, site, resident }) => {
  expect(isResident(view({ residency: allowed }), siteView('left', { residency: site }))).toBe(resident);
});

test('slots whose replica is gone, stopped or stopping are missing; starting and running ones are not', () => {
  const states = ['running', 'starting', 'stopping', 'stopped', 'gone'] as const;
  const replicas = states.map((state, slot) => replicaView({ slot, state }));
  expect(emptySlots(siteView('left', { wanted: 6, replicas }))).toEqual([2, 3, 4, 5]);
});

test('sites are independent unless they share one failure domain', () => {
  const left = siteView('left', { domains: ['rack-1', 'power-a'] });
  expect(areIndependent(left, siteView('right', { domains: ['rack-2', 'power-a'] }))).toBe(false);
  expect(areIndependent(left, siteView('right', { domains: ['rack-2', 'power-b'] }))).toBe(true);
});

test.for([
  ['stands in the same domain', ['cb-1'], [['cb-1']], false],
  ['stands in another', ['cb-1'], [['cb-2']], true],
  ['stands in one of those of the first', ['cb-1', 'cb-2'], [['cb-2']], false],
  ['stands elsewhere too', ['cb-1'], [['cb-1'], ['cb-2']], true],
  ['has one of which nothing is told', ['cb-1'], [['cb-1'], [undefined]], true],
  ['has one elsewhere that is stopped', ['cb-1'], [['cb-1'], ['cb-2', 'stopped']], false],
  ['has one there that is gone', ['cb-1'], [['cb-1', 'gone']], true],
  ['is told nothing, like the first', [undefined], [[undefined]], true],
  ['holds nothing', ['cb-1'], [], true],
] as const)('whether a site whose provider tells failure domains outlives another: it %s', ([, ours, theirs, is]) => {
  const standsIn = (name: string, all: readonly (readonly [string | undefined, ReplicaState?])[]) =>
    siteView(name, {
      replicas: all.map(([failureDomain, state = 'running'], slot) =>
        replicaView({ site: name, slot, state, ...(failureDomain === undefined ? {} : { failureDomain }) }),
      ),
    });
  const left = standsIn(
    'left',
    ours.map((each) => [each] as const),
  );
  expect(areIndependent(left, standsIn('right', theirs))).toBe(is);
});

test('a weight is 0 for a site the route does not name, without a route, and while it is not seen', () => {
  expect(weightOf(view(), 'left')).toBe(100);
  expect(weightOf(view(), 'elsewhere')).toBe(0);
  expect(weightOf(view({ noRoute: 'empty' }), 'left')).toBe(0);
  expect(weightOf(view({ noRoute: 'unseen' }), 'left')).toBe(0);
});

test.for<{ name: string; change: Partial<Notice>; ready: number }>([
  { name: 'is taken back at any moment', change: {}, ready: 0 },
  { name: 'ends in two minutes', change: { kind: 'retirement', atMs: nowMs + 120_000 }, ready: 0 },
  { name: 'ends a millisecond later', change: { kind: 'retirement', atMs: nowMs + 120_001 }, ready: 1 },
  { name: 'is only moved', change: { kind: 'maintenance' }, ready: 1 },
])('of a site whose replica $name, $ready are ready, and one serves', ({ change, ready }) => {
  const site = leavingSite('left', change);
  const seen = view({ sites: [site, siteView('right')] });
  expect(readyReplicas(seen, site, nowMs)).toHaveLength(ready);
  expect(servingReplicas(seen, site, nowMs)).toHaveLength(1);
  expect(leavingReason(seen, site, nowMs).map(({ code }) => code)).toEqual(ready === 0 ? ['ReplicaLeaving'] : []);
});

test('a site with one more that stays has something to count on, and one with nothing has nothing that leaves', () => {
  const replicas = [0, 1].map((slot) => replicaView({ slot, id: `left-${slot}` }));
  const one = siteView('left', { wanted: 2, replicas, notices: noticesOf({ replicaId: 'left-1' }) });
  const all = { ...one, notices: noticesOf({ replicaId: 'left-0' }, { replicaId: 'left-1' }) ?? { told: [] } };
  const none = siteView('left', { replicas: [], notices: noticesOf({ replicaId: 'left-0' }) });
  const told = [one, all, none].map((site) => leavingReason(view({ sites: [site] }), site, nowMs)[0]?.message);
  expect(told).toEqual([
    undefined,
    'local takes from left all its 2 ready replicas: preemption of left-0 (marked-for-termination)',
    undefined,
  ]);
});

test.for([
  { name: 'is loading', other: replicaView({ slot: 1, id: 'left-1', state: 'starting', proof: null }), codes: [] },
  { name: 'has good answers and no proof yet', other: replicaView({ slot: 1, id: 'left-1', proof: null }), codes: [] },
  { name: 'is not there and may be started', other: undefined, codes: [] },
  {
    name: 'is bad',
    other: replicaView({ slot: 1, id: 'left-1', conditions: [{ state: 'bad' }], proof: null }),
    codes: ['ReplicaLeaving'],
  },
  {
    name: 'is loading and leaves too',
    other: replicaView({ slot: 1, id: 'left-9', proof: null }),
    codes: ['ReplicaLeaving'],
  },
] as const)('whether a site with one that leaves is no target: its other $name', ({ other, codes }) => {
  const replicas = [replicaView({ id: 'left-0' }), ...(other === undefined ? [] : [other])];
  const site = siteView('left', {
    wanted: 2,
    replicas,
    notices: noticesOf({ replicaId: 'left-0' }, { replicaId: 'left-9' }),
  });
  expect(leavingReason(view({ sites: [site] }), site, nowMs).map(({ code }) => code)).toEqual(codes);
});

test('what a site lost a moment ago fell with its failure domain', () => {
  const standsIn = (name: string, state: ReplicaState) =>
    siteView(name, { replicas: [replicaView({ site: name, state, failureDomain: 'cb-1' })] });
  expect(areIndependent(standsIn('left', 'gone'), standsIn('right', 'running'))).toBe(false);
});
