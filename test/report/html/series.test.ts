import { expect, test } from 'vitest';
import { niceTop, pointLine, stepArea, stepLine } from '../../../src/report/html/paths.ts';
import { niceSeconds, stretchesOf } from '../../../src/report/html/series.ts';
import * as runs from '../support/drill-run.ts';

test('a stretch sums what was lost and keeps the worst of the times', () => {
  const run = runs.passedRun();
  const seconds = stretchesOf(run, run.samples.length);
  expect(seconds).toHaveLength(190);
  const tens = stretchesOf(run, 19);
  expect(tens.every(({ fromMs, untilMs }) => untilMs - fromMs === 10_000)).toBe(true);
  expect(tens.reduce((sum, { lost }) => sum + (lost ?? 0), 0)).toBe(6);
  expect(seconds.reduce((sum, { lost }) => sum + (lost ?? 0), 0)).toBe(6);
  const of = (at: number): number | undefined => tens[at]?.p95Ms;
  expect(of(4)).toBe(Math.max(...seconds.slice(40, 50).map(({ p95Ms }) => p95Ms ?? 0)));
});

test('shares are of the attempts in the stretch, and there are none without attempts', () => {
  const [first, second] = stretchesOf(runs.passedRun(), 1000);
  expect(first?.real).toBeUndefined();
  expect([...(second?.real?.values() ?? [])].reduce((sum, share) => sum + share, 0)).toBeCloseTo(100);
});

test('a second that a late sample left out is no hole', () => {
  const run = runs.passedRun();
  const samples = run.samples.filter((_, index) => index !== 50);
  const stretches = stretchesOf({ ...run, samples }, 1000);
  expect(stretches).toHaveLength(189);
  expect(stretches[49]).toMatchObject({ untilMs: stretches[50]?.fromMs });
});

test('seconds without a sample are left out', () => {
  const run = runs.passedRun();
  const samples = run.samples.filter((_, index) => index < 50 || index >= 60);
  const stretches = stretchesOf({ ...run, samples }, 1000);
  expect(stretches).toHaveLength(180);
  expect(stretches[49]?.untilMs).toBe(runs.beganAtMs + 50_000);
});

test('counts that fell are not known, and no negative number of losses', () => {
  const run = runs.passedRun();
  const samples = run.samples.map((each, index) => (index < 100 ? each : { ...each, lost: 0 }));
  expect(stretchesOf({ ...run, samples }, 1000)[100]?.lost).toBeUndefined();
});

test('without a load the gateway’s times of the slowest site with traffic are taken', () => {
  const run = runs.passedRun();
  const samples = run.samples.map((sample) => ({
    ...sample,
    sites: sample.sites.map((each) => ({ ...each, firstTokenP95Ms: each.site === 'oslo' ? 9000 : 500 })),
  }));
  const stretches = stretchesOf({ ...run, samples, load: [] }, 1000);
  expect(stretches[0]?.p95Ms).toBe(9000);
  // Oslo has no traffic then.
  expect(stretches[70]?.p95Ms).toBe(500);
});

test.for([
  [0.2, 1],
  [1, 1],
  [3, 5],
  [61, 120],
  [3601, 7200],
] as const)('%s seconds are counted in %s', ([least, nice]) => {
  expect(niceSeconds(least)).toBe(nice);
});

test('lines and areas are broken where nothing was seen, and equal levels are one', () => {
  const levels = [
    { x0: 0, x1: 1, y: 5 },
    { x0: 1, x1: 2, y: 5 },
    { x0: 2, x1: 3, y: 7 },
    { x0: 9, x1: 10, y: 7 },
  ];
  expect(stepLine(levels).markup).toBe('M0 5H2V7H3M9 7H10');
  expect(stepArea(levels.map((each) => ({ ...each, below: 10 }))).markup).toBe('M0 5H2V7H3L3 10H0ZM9 7H10L10 10H9Z');
  expect(pointLine([[0, 1], undefined, [2, 3], [4, 5]]).markup).toBe('M0 1M2 3L4 5');
});

test.for([
  [0, 1],
  [0.7, 1],
  [1.2, 2],
  [2.2, 2.5],
  [26, 50],
  [99, 100],
] as const)('a scale for %s ends at %s', ([most, top]) => {
  expect(niceTop(most)).toBe(top);
});
