import { expect, test } from 'vitest';
import { momentsOf } from '../../../src/core/drill/moments.ts';
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

test('with a load it is what its clients saw of the second that had just ended', () => {
  const percentiles = { p50: 20, p95: 90, p99: 100, max: 100 };
  const second: LoadSecond = {
    ...{ atMs: 1000, due: 9, ok: 9, failed: 0, cut: 0, skipped: 0, open: 0, statuses: {}, sites: {} },
    ...{ firstTokenMs: percentiles, interTokenMs: percentiles },
  };
  const found = momentsOf(seconds(4), [second]).map(({ values }) => values['ttft.p95']);
  expect(found).toEqual([undefined, undefined, 90, undefined]);
});
