import { expect, test } from 'vitest';
import { diagnose } from '../../../src/core/diagnose.ts';
import { costForecast, siteForecasts } from '../../../src/core/effect.ts';
import { asRaced, asReleased, leftoverSteps, nextRunner, pairOf } from '../../../src/core/plan/hedge.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { isReached } from '../../../src/core/plan/reached.ts';
import { routeEntryFor } from '../../../src/core/publish.ts';
import { costCeiling } from '../../../src/core/rules/cost.ts';
import { huntAnywhere } from '../../../src/core/start-anywhere.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { JournalEntry, StepState } from '../../../src/model/journal-entry.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { StepSight } from '../../../src/model/step-sight.ts';
import type { SiteView, View } from '../../../src/model/view.ts';
import { nowMs, operationOf, replicaOf, replicaView, type SiteChange, siteView, view } from '../support/view.ts';

const cold = (name: string, change: SiteChange = {}, provider = name): SiteView => {
  const site = siteView(name, { replicas: [], standby: 'cold', ...change });
  return { ...site, site: { ...site.site, provider } };
};
const candidate = (site: string, count = 1) => ({ site, slots: Array.from({ length: count }, (_, slot) => slot) });

test.for<{ name: string; sites: readonly SiteView[]; replicas?: number; pair: readonly string[] }>([
  { name: 'the first two of two vendors', sites: [cold('a'), cold('b'), cold('c')], pair: ['a', 'b'] },
  {
    name: 'another vendor before the order',
    sites: [cold('a', {}, 'aws'), cold('b', {}, 'aws'), cold('c', {}, 'gcp')],
    pair: ['a', 'c'],
  },
  {
    name: 'another account before the order',
    sites: [
      { ...cold('a', {}, 'aws'), account: '1' },
      { ...cold('b', {}, 'aws'), account: '1' },
      { ...cold('c', {}, 'aws'), account: '2' },
    ],
    pair: ['a', 'c'],
  },
  {
    name: 'none that shares a failure domain, whoever its vendor is',
    sites: [cold('a', { domains: ['grid'] }), cold('b', { domains: ['grid'] }), cold('c', { domains: ['other'] }, 'a')],
    pair: ['a', 'c'],
  },
  {
    name: 'one alone where all share one',
    sites: [cold('a', { domains: ['x'] }), cold('b', { domains: ['x'] })],
    pair: ['a'],
  },
  { name: 'none without room for all of it', sites: [cold('a', { wanted: 2 }), cold('b')], replicas: 2, pair: ['a'] },
])('a hedge is between $name', ({ sites, replicas = 1, pair }) => {
  const candidates = sites.map(({ site, placement }) => candidate(site.name, placement.replicas));
  expect(pairOf(view({ sites }), { candidates, replicas })).toEqual(pair);
});

test('who refused is not asked again in the round, and who may have it is not asked twice', () => {
  const sites = [cold('a'), cold('b'), cold('c')];
  const field = { candidates: sites.map(({ site }) => candidate(site.name)), replicas: 1 };
  const next = nextRunner(view({ sites }), { ...field, engaged: ['b'], tried: new Set(['a', 'b']) });
  expect(next?.site).toBe('c');
});

function actionOf(given: View, replicas = 1): Action {
  const hunting = huntAnywhere(given, { hedge: true, replicas }, diagnose(given, nowMs), nowMs);
  if (hunting.kind !== 'hunt') throw new Error(hunting.reason.code);
  return {
    ...{ kind: 'start', trigger: 'manual', from: undefined, weights: given.inForce, start: [], inOneStep: true },
    ...{ because: hunting.because, requestId: 'rq-1', hunt: hunting.hunt },
  };
}

const left = siteView('left');

test('its plan hunts, races, and releases what a site does not keep in any case', () => {
  const stopped = replicaView({ site: 'd', state: 'stopped' });
  const sites = [
    left,
    cold('a'),
    siteView('h', { replicas: [] }),
    cold('w', { standby: 'warm' }),
    cold('d', { replicas: [stopped] }),
  ];
  const { steps } = makePlan(actionOf(view({ sites })), view({ sites }), nowMs);
  expect(steps.map(({ kind }) => kind)).toEqual(['hunt', 'race', 'release', 'release', 'release']);
  const releases = steps.flatMap((step) => (step.kind === 'release' ? [`${step.site} ${step.how}`] : []));
  expect(releases.toSorted()).toEqual(['a delete', 'd stop', 'w stop']);
});

test('without two sites for it the plan is that of any hunt, and says so', () => {
  const sites = [left, cold('a', { domains: ['x'] }), cold('b', { domains: ['x'] })];
  const action = actionOf(view({ sites }));
  expect([action.hunt?.hedge, action.because.map(({ code }) => code)]).toEqual([undefined, ['NotHedged']]);
});

test('it costs both until one is proven, and the ceiling counts both', () => {
  const sites = [siteView('left', { usdPerHour: 1 }), cold('a', { usdPerHour: 3 }), cold('b', { usdPerHour: 5 })];
  const at = (maxUsdPerHour: number): View => view({ sites, policy: { safety: { maxUsdPerHour } } });
  const given = at(9);
  const action = actionOf(given);
  const plan = makePlan(action, given, nowMs);
  expect(costForecast(given, plan)).toEqual({ nowUsdPerHour: 1, thenUsdPerHour: 6, peakUsdPerHour: 9 });
  expect(siteForecasts(given, plan, nowMs).map(({ starts }) => starts)).toEqual([0, 1, 1]);
  const against = (limit: number) =>
    costCeiling({ view: at(limit), diagnosis: diagnose(given, nowMs), action, nowMs }).map(({ code }) => code);
  expect([against(9), against(8)]).toEqual([[], ['CostCeiling']]);
});

const sites = [left, cold('a'), cold('b')];
const plan = makePlan(actionOf(view({ sites })), view({ sites }), nowMs);
const hunting: Operation = { ...operationOf(), plan, id: 'op-1' };

function entry(
  index: number,
  state: StepState,
  part?: string,
  placed?: Readonly<Record<string, readonly number[]>>,
): JournalEntry {
  return {
    ...{ deployment: 'chat', epoch: 1, by: { kind: 'person', name: 'ada', host: 'desk', pid: 1 } as const },
    ...{ atMs: nowMs, monoMs: 0, seq: 1, hash: '' },
    body: {
      ...{ kind: 'step', operationId: 'op-1', index, step: plan.steps[index]?.name ?? '', part, state },
      ...{ error: undefined, detail: undefined, ...(placed === undefined ? {} : { placed }) },
    },
  };
}

test.for<{ name: string; placed: Readonly<Record<string, readonly number[]>>; wins: number }>([
  { name: 'one of two that have all of it', placed: { a: [0], b: [0] }, wins: 1 },
  { name: 'the only one', placed: { b: [0] }, wins: 1 },
])('a race is won by $name', ({ placed, wins }) => {
  const [, race] = plan.steps;
  if (race?.kind !== 'race') throw new Error('no race');
  const raced = asRaced(race, plan, [entry(0, 'reached', undefined, placed)]);
  expect(raced).toMatchObject({ wins, runners: Object.keys(placed).map((site) => ({ site, replicas: 1 })) });
});

test.for<{ name: string; entries: readonly JournalEntry[]; released: unknown }>([
  { name: 'nothing where nothing was asked for', entries: [], released: 'nothing was started there' },
  {
    name: 'nothing where it was surely refused',
    entries: [entry(0, 'intended', 'b/0'), entry(0, 'refused', 'b/0')],
    released: 'nothing was started there',
  },
  {
    name: 'nothing of the winner',
    entries: [entry(0, 'reached', 'b/0'), entry(1, 'reached', undefined, { b: [0] })],
    released: 'it stays: proven first',
  },
  {
    name: 'what was granted, by its own key',
    entries: [entry(0, 'reached', 'b/0'), entry(1, 'reached', undefined, { a: [0] })],
    released: {
      own: { starts: [{ startKey: 'op-1/0/b/0', listedWithinMs: 2000 }], kept: [{ site: 'a', replicas: 1 }] },
    },
  },
  {
    name: 'and longer what had no certain end',
    entries: [entry(0, 'unknown', 'b/0'), entry(1, 'reached', undefined, { a: [0] })],
    released: { own: { starts: [{ startKey: 'op-1/0/b/0', listedWithinMs: 32_000 }] } },
  },
])('a release is of $name', ({ entries, released }) => {
  const step = plan.steps.find((each) => each.kind === 'release' && each.site === 'b');
  if (step?.kind !== 'release') throw new Error('no release');
  const found = asReleased(step, hunting, entries, 0);
  if (typeof released === 'string') expect(found).toBe(released);
  else expect(found).toMatchObject(released as object);
});

const sight: StepSight = {
  ...{ beganAtMs: nowMs, isAcknowledged: false, ready: [], idleSinceMs: undefined, lackingSinceMs: undefined },
  ...{ inFlight: undefined, calmSinceMs: undefined },
  route: { kind: 'unknown', error: { class: 'unknown', code: 'X', message: 'x' } },
  replicas: { kind: 'seen', value: [], asOfMs: nowMs },
  traffic: { kind: 'unknown', error: { class: 'unknown', code: 'X', message: 'x' } },
  faults: { kind: 'unknown', error: { class: 'unknown', code: 'X', message: 'x' } },
};

test.for<{ name: string; change: Partial<StepSight>; answer: string }>([
  { name: 'not with one of two', change: { hunted: { placed: { a: [0] }, isWhole: true } }, answer: 'no' },
  { name: 'with both', change: { hunted: { placed: { a: [0], b: [0] }, isWhole: true } }, answer: 'yes' },
  {
    name: 'with one when nobody has more',
    change: { hunted: { placed: { a: [0] }, isWhole: true, isSpent: true } },
    answer: 'yes',
  },
  {
    name: 'with one that is proven',
    change: { hunted: { placed: { a: [0] }, isWhole: true }, proven: ['a'] },
    answer: 'yes',
  },
  {
    name: 'not with none when nobody has any',
    change: { hunted: { placed: {}, isWhole: true, isSpent: true } },
    answer: 'no',
  },
  {
    name: 'perhaps when a list was not seen',
    change: { hunted: { placed: { a: [0] }, isWhole: false } },
    answer: 'unknown',
  },
])('a hedged hunt is reached $name', ({ change, answer }) => {
  const [hunt] = plan.steps;
  if (hunt === undefined) throw new Error('no hunt');
  expect(isReached(hunt, { ...sight, ...change }, nowMs)).toBe(answer);
});

const own: Replica = replicaOf({ site: 'b', startKey: 'op-1/0/b/0' });
const gone: Replica = { ...own, state: 'gone', billed: 'no' };

test.for<{
  name: string;
  replicas: readonly Replica[];
  agoMs?: number;
  absentForMs?: number;
  weight?: number;
  answer: string;
}>([
  { name: 'not while it runs', replicas: [own], answer: 'no' },
  { name: 'when it is gone', replicas: [gone], answer: 'yes' },
  { name: 'not while it may be billed', replicas: [{ ...gone, billed: 'unknown' }], answer: 'unknown' },
  { name: 'not by an absence that is too early', replicas: [], agoMs: 2000, answer: 'no' },
  { name: 'not by a list that is short for a moment', replicas: [], agoMs: 60_000, absentForMs: 2000, answer: 'no' },
  { name: 'by an absence once it had to be listed', replicas: [], agoMs: 2001, answer: 'yes' },
  { name: 'whatever else runs there', replicas: [gone, replicaOf({ site: 'b', slot: 1 })], answer: 'yes' },
  { name: 'with traffic, as it is', replicas: [own], weight: 10, answer: 'yes' },
])('a release is reached $name', ({ replicas, agoMs = 0, absentForMs, weight = 0, answer }) => {
  const given = view({ sites, weights: { left: 100 - weight, a: 0, b: weight } });
  const step = {
    kind: 'release',
    how: 'delete',
    ...{ name: 'release b', site: 'b', bestEffort: false, deadlineMs: 1000 },
    own: { starts: [{ startKey: own.startKey, atMs: nowMs - agoMs, listedWithinMs: 2000 }], kept: [] },
  } as const;
  const absentSinceMs = replicas.length === 0 ? nowMs - (absentForMs ?? agoMs) : undefined;
  const seen: StepSight = {
    ...sight,
    absentSinceMs,
    route: given.route,
    replicas: { kind: 'seen', value: replicas, asOfMs: nowMs },
  };
  expect(isReached(step, seen, nowMs)).toBe(answer);
});

test('what takes its place releases all that gets no traffic, and never fails by it', () => {
  const given = view({ sites, open: { ...hunting, endedAtMs: undefined } });
  const failover: Action = { ...actionOf(view({ sites })), kind: 'failover', weights: { left: 0, a: 100, b: 0 } };
  expect(leftoverSteps(failover, given)).toMatchObject([{ kind: 'release', site: 'b', of: 'op-1', bestEffort: true }]);
  expect(leftoverSteps({ ...failover, weights: { left: 50, a: 0, b: 0 } }, given)).toEqual([]);
  expect(leftoverSteps({ ...failover, kind: 'start' }, given)).toEqual([]);
});

test('its replicas get no traffic until it has ended, but where the site has weight', () => {
  const racing = replicaView({ site: 'b', startKey: 'op-1/0/b/0' });
  const listed = (weights: Readonly<Record<string, number>>, open: Operation | undefined) => {
    const raced = [left, cold('a'), cold('b', { replicas: [racing] })];
    const given = view({ sites: raced, ...(open === undefined ? {} : { open }) });
    const terms = { weights, epoch: 1, routeVersion: 1, journalHead: '' };
    const { sites: all, spill } = routeEntryFor(given, terms);
    return [all.find(({ site }) => site === 'b')?.replicas.length, spill.some(({ site }) => site === 'b')];
  };
  const open = { ...hunting, endedAtMs: undefined };
  expect(listed({ left: 100, a: 0, b: 0 }, open)).toEqual([0, false]);
  expect(listed({ left: 0, a: 0, b: 100 }, open)).toEqual([1, true]);
  expect(listed({ left: 100, a: 0, b: 0 }, undefined)).toEqual([1, true]);
});
