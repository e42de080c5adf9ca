import { expect, test } from 'vitest';
import { dangerOf } from '../../src/core/danger.ts';
import { costForecast, drainForecasts, siteForecasts } from '../../src/core/effect.ts';
import { forecastOf } from '../../src/core/forecast.ts';
import { alternativesTo } from '../../src/core/instead.ts';
import { median, predictPhases } from '../../src/core/predict.ts';
import type { Action } from '../../src/model/decision.ts';
import type { JournalBody, JournalEntry } from '../../src/model/journal-entry.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Step } from '../../src/model/plan.ts';
import type { SiteView } from '../../src/model/view.ts';
import type { Wish } from '../../src/model/wish.ts';
import { dead, nowMs, operationOf, planOf, siteView, view } from './support/view.ts';

const launch: Step = { kind: 'launch', name: 'l', site: 'right', slots: [0, 1], bestEffort: false, deadlineMs: 1 };
const prove: Step = { kind: 'prove', name: 'p', site: 'right', replicas: 2, deadlineMs: 1 };
const weigh: Step = { kind: 'weigh', name: 'w', weights: { left: 0, right: 100 }, gate: undefined, deadlineMs: 1 };
const drain: Step = { kind: 'drain', name: 'd', site: 'left', deadlineMs: 600_000 };
const stop: Step = { kind: 'stop', name: 's', site: 'left', how: 'delete', deadlineMs: 1 };

function rated(site: SiteView, ratedRps: number, usdPerHour?: number): SiteView {
  const price = usdPerHour === undefined ? {} : { usdPerHour };
  return { ...site, placement: { ...site.placement, ratedRps, ...price } };
}

test('what a site would get is its share of all requests, against what its replicas can serve then', () => {
  const sites = [rated(siteView('left'), 5), rated(siteView('right', { wanted: 2, replicas: [] }), 4)];
  // 100 attempts in 10 s at each of two sites: 20 requests per second.
  const seen = view({ sites });
  expect(siteForecasts(seen, planOf({ steps: [launch, weigh, drain] }), nowMs)).toMatchObject([
    { site: 'left', nowPct: 100, thenPct: 0, ready: 1, ends: 'drained', thenRps: 0, thenCapacityRps: 5 },
    { site: 'right', nowPct: 0, thenPct: 100, ready: 0, starts: 2, ends: 'nothing', thenRps: 20, thenCapacityRps: 8 },
  ]);
  expect(siteForecasts(seen, planOf({ steps: [drain, stop] }), nowMs)[0]).toMatchObject({
    ends: 'stopped',
    thenCapacityRps: 0,
  });
});

test('what is not measured or not rated is not guessed', () => {
  expect(siteForecasts(view({ traffic: null }), planOf(), nowMs)[0]).toMatchObject({
    thenRps: undefined,
    thenCapacityRps: undefined,
  });
});

test('the cost is that of everything that runs, and of what would be started and stopped', () => {
  const sites = [rated(siteView('left'), 5, 3), rated(siteView('right', { wanted: 2, replicas: [] }), 4, 2)];
  expect(costForecast(view({ sites }), planOf({ steps: [launch, drain, stop] }))).toEqual({
    nowUsdPerHour: 3,
    thenUsdPerHour: 4,
  });
});

test('without the price of one that runs there is no cost; of one that never runs none is needed', () => {
  const [priced, empty] = [rated(siteView('left'), 5, 3), siteView('right', { replicas: [] })];
  expect(costForecast(view({ sites: [priced, empty] }), planOf())).toEqual({ nowUsdPerHour: 3, thenUsdPerHour: 3 });
  expect(costForecast(view({ sites: [priced, empty] }), planOf({ steps: [launch] }))).toBeUndefined();
});

test('a drain is told with the server’s own time beside it', () => {
  expect(drainForecasts(view(), planOf({ steps: [drain, stop] }))).toEqual([
    { site: 'left', budgetMs: 600_000, stopGraceMs: 5000, isStopped: true },
  ]);
});

const action = (change: Partial<Action> = {}): Action => ({
  ...{ kind: 'shift', trigger: 'manual', from: 'left', weights: { left: 0, right: 100 }, start: [], inOneStep: false },
  ...{ because: [], requestId: 'preview' },
  ...change,
});
const terms = { isProtected: false, reason: undefined };
const empties = (site: string, how: 'delete' | undefined): Partial<Action> => ({ empty: [{ site, stop: how }] });
const three = [siteView('left'), siteView('right'), siteView('far')];

test.for([
  { name: 'a shift', of: action(), level: 'moderate' },
  {
    name: 'a drain without traffic',
    of: action({ kind: 'drain', weights: { left: 100, right: 0 }, ...empties('right', undefined) }),
    sites: three,
    level: 'mild',
  },
  { name: 'a drain with traffic', of: action({ kind: 'drain', ...empties('left', undefined) }), level: 'moderate' },
  { name: 'an override', of: action({ overrides: ['LastServingSite'] }), level: 'severe' },
  {
    name: 'a stop that leaves one ready site',
    of: action({ kind: 'migrate', ...empties('left', 'delete') }),
    level: 'severe',
  },
  {
    name: 'a stop that leaves two',
    of: action({ kind: 'migrate', ...empties('left', 'delete') }),
    sites: three,
    level: 'moderate',
  },
  {
    name: 'a drain of the last that is ready',
    of: action({ kind: 'drain', weights: { left: 100, right: 0 }, ...empties('right', undefined) }),
    sites: [siteView('left', dead), siteView('right')],
    level: 'severe',
  },
] as const)('$name is $level', ({ of, level, ...rest }) => {
  const sites = 'sites' in rest ? rest.sites : undefined;
  expect(dangerOf(view(sites === undefined ? {} : { sites }), of, terms, nowMs).level).toBe(level);
});

test.for([
  { isProtected: true, reason: undefined, level: 'severe' },
  { isProtected: true, reason: 'drivers', level: 'moderate' },
  { isProtected: false, reason: undefined, level: 'moderate' },
] as const)('protected $isProtected with the reason $reason is $level', ({ level, ...protection }) => {
  expect(dangerOf(view(), action(), protection, nowMs).level).toBe(level);
});

const wish: Wish = { deployment: 'chat', kind: 'shift', from: 'left', to: 'right', reason: undefined };

test('what works instead is tried, never guessed; the largest share that works', () => {
  const tried = alternativesTo(
    wish,
    ['left', 'right', 'far'],
    ({ sharePct, to }) => to === 'far' || (sharePct ?? 100) <= 4,
  );
  expect(tried.map(({ kind, wish: { sharePct, to } }) => [kind, sharePct ?? to])).toEqual([
    ['share', 4],
    ['to', 'far'],
  ]);
});

test('a target that is asleep works with --wake', () => {
  expect(alternativesTo(wish, ['left', 'right'], ({ mayWake }) => mayWake === true)).toMatchObject([{ kind: 'wake' }]);
  expect(alternativesTo({ ...wish, mayWake: true }, ['left', 'right'], () => false)).toEqual([]);
});

test('a stop has nothing instead', () => {
  expect(alternativesTo({ ...wish, kind: 'stop' }, ['left', 'right', 'far'], () => true)).toEqual([]);
});

function run(steps: readonly Step[], ...took: readonly (number | 'found' | 'open')[]) {
  let seq = 0;
  const entry = (index: number, state: 'intended' | 'reached', atMs: number): JournalEntry => {
    const step = steps[index]?.name ?? '';
    const none = { part: undefined, error: undefined, detail: undefined };
    const body: JournalBody = { kind: 'step', operationId: 'op-1', index, step, state, ...none };
    seq += 1;
    const { by } = operationOf();
    return { deployment: 'chat', epoch: 1, by, atMs, monoMs: atMs, body, seq, hash: '' };
  };
  const entries = took.flatMap((each, index) => [
    ...(each === 'found' ? [] : [entry(index, 'intended', 1000)]),
    ...(each === 'open' ? [] : [entry(index, 'reached', each === 'found' ? 1000 : 1000 + each)]),
  ]);
  return { operation: operationOf({ plan: { steps } }), entries };
}

test('a part takes as long as its steps took before: in the middle, and at worst', () => {
  const steps = [launch, prove, weigh, drain];
  const past = [run(steps, 100, 60_000, 2000, 'open'), run(steps, 100, 90_000, 4000, 'open'), run(steps, 100, 70_000)];
  expect(predictPhases(planOf({ steps }), past)).toEqual([
    { phase: 'wake', steps: 2, medianMs: 70_100, worstMs: 90_100, leastMs: 0 },
    { phase: 'move', steps: 1, medianMs: 4000, worstMs: 4000, leastMs: 0 },
    { phase: 'drain', steps: 1, medianMs: undefined, worstMs: undefined, leastMs: 0 },
  ]);
});

test('proving what was just started says nothing of what stands already, and the other way round', () => {
  const past = [run([launch, prove], 100, 60_000)];
  expect(predictPhases(planOf({ steps: [prove] }), past)).toMatchObject([{ medianMs: undefined }]);
  expect(predictPhases(planOf({ steps: [prove] }), [run([prove], 'found')])).toMatchObject([{ medianMs: 0 }]);
});

test('what the policy fixes is known before anything was done, and no shorter time is foretold', () => {
  const gate = {
    sites: ['right'],
    holdMs: 20_000,
    promoteWhen: [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 2000)],
  };
  const settle: Step = { kind: 'settle', name: 's', forMs: 2000, deadlineMs: 1 };
  const steps: readonly Step[] = [{ ...weigh, gate }, { ...weigh, gate }, settle];
  expect(predictPhases(planOf({ steps }), [])).toEqual([
    { phase: 'move', steps: 2, medianMs: undefined, worstMs: undefined, leastMs: 40_000 },
    { phase: 'settle', steps: 1, medianMs: undefined, worstMs: undefined, leastMs: 2000 },
  ]);
  expect(predictPhases(planOf({ steps }), [run([weigh], 1000)])[0]).toMatchObject({ medianMs: 40_000 });
});

test('another site’s times are not this one’s', () => {
  const past = [run([drain], 5000)];
  expect(predictPhases(planOf({ steps: [{ ...drain, site: 'right' }] }), past)).toMatchObject([
    { medianMs: undefined },
  ]);
});

test('only the last ten runs count', () => {
  const past = [...Array.from({ length: 10 }, () => run([drain], 1000)), run([drain], 99_000)];
  expect(predictPhases(planOf({ steps: [drain] }), past)).toMatchObject([{ worstMs: 1000 }]);
});

test('the middle of an even number is rather too long than too short', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 3, 0]);
});

test('a rule that refuses, or that somebody answers for, has not passed', () => {
  const plan = planOf({ steps: [weigh] });
  const of = (change: Partial<Action>, against: Parameters<typeof forecastOf>[1]['against']) =>
    forecastOf(view(), { plan, action: action(change), against, past: [], ...terms }, nowMs).passed;
  expect(of({}, [])).toContain('LastServingSite');
  expect(of({ overrides: ['LastServingSite'] }, [])).not.toContain('LastServingSite');
  expect(of({}, [{ code: 'ResidencyBlocked', message: 'US' }])).not.toContain('ResidencyBlocked');
  expect(of({ kind: 'start' }, [])).toEqual([]);
});
