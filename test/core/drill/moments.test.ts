import { expect, test } from 'vitest';
import { type Moment, watch } from '../../../src/core/drill/evaluate.ts';
import { momentsOf, withLastKnown } from '../../../src/core/drill/moments.ts';
import type { DrillSample, SiteSample } from '../../../src/model/drill-run.ts';
import type { LoadSecond } from '../../../src/model/load.ts';

const site = (over: Partial<SiteSample> = {}): SiteSample => ({
  ...{ site: 'left', ready: 2, wanted: 2, attempts: 0, failures: 0, inFlight: 0 },
  ...{ firstTokenP50Ms: undefined, firstTokenP95Ms: undefined },
  ...over,
});
const sample = (atMs: number, over: Partial<DrillSample> = {}): DrillSample => ({
  ...{ atMs, ended: atMs / 10, open: 0, lost: 0, lostStartAtMs: undefined, weights: { left: 100 }, sites: [site()] },
  ...over,
});
const seconds = (count: number, over: (second: number) => Partial<DrillSample> = () => ({})) =>
  Array.from({ length: count }, (_, second) => sample(1000 * second, over(second)));
const rates = (samples: readonly DrillSample[]) => momentsOf(samples).map(({ values }) => values.errorRate);

test('the error rate is of the last ten seconds, and of what there is before that', () => {
  // A hundred end in each second; all of the sixth are lost.
  const found = rates(seconds(20, (second) => ({ lost: second >= 6 ? 100 : 0 })));
  expect(found[0]).toBeUndefined();
  expect(found.slice(1, 6)).toEqual([0, 0, 0, 0, 0]);
  expect(found[6]).toBeCloseTo(1 / 6);
  expect(found[15]).toBeCloseTo(1 / 10);
  expect(found[16]).toBe(0);
});

test('without a request that ended, and with counts that began anew, there is no error rate', () => {
  expect(rates(seconds(3, () => ({ ended: 5 })))).toEqual([undefined, undefined, undefined]);
  expect(rates(seconds(3, (second) => ({ ended: second === 2 ? 1 : 500, lost: 0 })))[2]).toBeUndefined();
});

test.for([
  { ready: 2, wanted: 2, healthy: 1 },
  { ready: 1, wanted: 2, healthy: 0.5 },
  { ready: 3, wanted: 2, healthy: 1 },
  { ready: 0, wanted: 0, healthy: undefined },
])('$ready of $wanted ready: $healthy', ({ ready, wanted, healthy }) => {
  const [moment] = momentsOf([sample(0, { sites: [site({ ready, wanted })] })]);
  expect(moment?.values['capacity.healthy']).toBe(healthy);
});

test('a standby is ready when all that is wanted there is; a site with traffic is none', () => {
  const isReady = (ready: number, weights: Readonly<Record<string, number>>) =>
    momentsOf([sample(0, { weights, sites: [site({ ready })] })])[0]?.conditions['every standby is ready'];
  expect([isReady(2, { left: 0 }), isReady(1, { left: 0 }), isReady(1, { left: 100 })]).toEqual([true, false, true]);
});

test('without a load the first token is that of the slowest site that got requests', () => {
  const sites = (attempts: number) => [
    site({ site: 'left', attempts, firstTokenP95Ms: 300 }),
    site({ site: 'right', attempts, firstTokenP95Ms: 700 }),
    site({ site: 'idle', attempts: 7, firstTokenP95Ms: 9000 }),
  ];
  const found = momentsOf([sample(0, { sites: sites(1) }), sample(1000, { sites: sites(2) })]);
  expect(found.map(({ values }) => values['ttft.p95'])).toEqual([undefined, 700]);
});

function second(atMs: number, p95: number | undefined): LoadSecond {
  const percentiles = { p50: p95, p95, p99: p95, max: p95 };
  return {
    ...{ atMs, due: 9, ok: 9, failed: 0, cut: 0, skipped: 0, open: 0, statuses: {}, sites: {} },
    ...{ firstTokenMs: percentiles, interTokenMs: percentiles },
  };
}
const p95s = (moments: readonly Moment[]) => moments.map(({ values }) => values['ttft.p95']);

test('with a load it is what its clients saw of the second that had just ended', () => {
  expect(p95s(momentsOf(seconds(4), [second(1000, 90)]))).toEqual([undefined, undefined, 90, undefined]);
  // Its seconds begin whenever it did: one that goes on has not ended.
  expect(p95s(momentsOf(seconds(4), [second(1001, 90)]))).toEqual([undefined, undefined, undefined, 90]);
});

test('with a load no second is left out between two looks: the worst of them counts', () => {
  const load = [0, 1000, 2000, 3000, 4000].map((atMs) => second(atMs, atMs === 1000 ? 900 : 10));
  expect(p95s(momentsOf([sample(999), sample(2001), sample(3999), sample(5010)], load))).toEqual([
    undefined,
    900,
    10,
    10,
  ]);
});

test('while it goes on the first tokens that are known last stand for as long as a request may take', () => {
  const moments = momentsOf(seconds(60), [second(0, 70), second(1000, 90)]);
  const found = p95s(withLastKnown(moments));
  expect(found.slice(0, 4)).toEqual([undefined, 70, 90, 90]);
  expect(found[37]).toBe(90);
  expect(found[38]).toBeUndefined();
  expect(withLastKnown(momentsOf(seconds(3)))).toEqual(momentsOf(seconds(3)));
});

test('a limit of the first token ends a drill whose requests take long', () => {
  const limit = {
    kind: 'comparison',
    text: 'ttft.p95 > 1s',
    signal: 'ttft.p95',
    comparator: '>',
    value: 1000,
  } as const;
  // Those of the last seconds have not ended yet.
  const moments = momentsOf(seconds(20), [second(13_000, 10), second(14_000, 2000)]);
  expect(watch(limit, moments, 19_000).holds).toBe('unknown');
  expect(watch(limit, withLastKnown(moments), 19_000)).toEqual({ holds: 'yes', measured: 2000 });
});
