import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { diagnose } from '../../src/core/diagnose.ts';
import { asHunted, sharesOf } from '../../src/core/plan/hunt.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { isWaiting } from '../../src/core/requests.ts';
import { type HuntWish, huntAnywhere } from '../../src/core/start-anywhere.ts';
import type { Block } from '../../src/model/block.ts';
import type { JournalEntry } from '../../src/model/journal-entry.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Standing } from '../../src/model/standing.ts';
import type { SiteView, View } from '../../src/model/view.ts';
import { dead, nowMs, planOf, replicaView, requestOf, type SiteChange, siteView, view } from './support/view.ts';

const cold = (name: string, change: SiteChange = {}): SiteView =>
  siteView(name, { replicas: [], standby: 'cold', ...change });

function hunt(given: View, wish: HuntWish = {}) {
  return huntAnywhere(given, wish, diagnose(given, nowMs), nowMs);
}

function order(given: View, wish: HuntWish = {}): readonly string[] {
  const hunting = hunt(given, wish);
  return hunting.kind === 'refused' ? [hunting.reason.code] : hunting.hunt.candidates.map(({ site }) => site);
}

const left = siteView('left');
const block: Block = {
  ...{ deployment: 'chat', config: 'c0ffee', site: 'b', provider: 'local', account: undefined, region: undefined },
  ...{ offer: undefined, scope: 'site', reach: undefined, class: 'capacity', code: 'SoldOut', message: 'none left' },
  ...{ atMs: nowMs - 1000, untilMs: nowMs + 1000, isUntilChanged: false },
};
const out: Standing = {
  ...{
    kind: 'out',
    site: 'b',
    isStopped: true,
    deployment: 'chat',
    atMs: nowMs - 5000,
    reason: 'old',
    untilMs: undefined,
  },
  by: { kind: 'person', name: 'ada', host: 'desk', pid: 2 },
};

test.for<{
  name: string;
  sites: readonly SiteView[];
  change?: Partial<View>;
  wish?: HuntWish;
  order: readonly string[];
}>([
  { name: 'the placements’ own order when nothing else speaks', sites: [cold('a'), cold('b')], order: ['a', 'b'] },
  { name: 'the cheaper first', sites: [cold('a', { usdPerHour: 3 }), cold('b', { usdPerHour: 2 })], order: ['b', 'a'] },
  { name: 'one without a price after one with', sites: [cold('a'), cold('b', { usdPerHour: 9 })], order: ['b', 'a'] },
  {
    name: 'a stopped machine before a cheaper launch',
    sites: [
      cold('a', { usdPerHour: 1 }),
      cold('b', { usdPerHour: 9, replicas: [replicaView({ site: 'b', state: 'stopped' })] }),
    ],
    order: ['b', 'a'],
  },
  {
    name: 'room for all of it before what serves sooner',
    sites: [cold('a', { replicas: [replicaView({ site: 'a', state: 'stopped' })] }), cold('b', { wanted: 2 })],
    wish: { replicas: 2 },
    order: ['b', 'a'],
  },
  {
    name: 'what shares nothing with the site that fails before room for all of it',
    sites: [siteView('left', { ...dead, domains: ['grid'] }), cold('a', { domains: ['grid'], wanted: 2 }), cold('b')],
    wish: { replicas: 2 },
    order: ['b', 'a'],
  },
  {
    name: 'a site that refuses everything last',
    sites: [cold('b', { usdPerHour: 1 }), cold('a')],
    change: { blocks: [block] },
    order: ['a', 'b'],
  },
  {
    name: 'and first again once that is over',
    sites: [cold('b', { usdPerHour: 1 }), cold('a')],
    change: { blocks: [{ ...block, untilMs: nowMs }] },
    order: ['b', 'a'],
  },
  { name: 'never one outside the jurisdiction', sites: [cold('a', { residency: ['us'] }), cold('b')], order: ['b'] },
  { name: 'nor one that a person emptied', sites: [cold('a'), cold('b')], change: { standing: [out] }, order: ['a'] },
  { name: 'nor one that cannot be read', sites: [cold('a', { unseen: true }), cold('b')], order: ['b'] },
  { name: 'nor one that has all its replicas', sites: [siteView('a'), cold('b')], order: ['b'] },
  { name: 'one alone when it is named', sites: [cold('a'), cold('b')], wish: { from: 'b' }, order: ['b'] },
  {
    name: 'nothing where nothing may be started',
    sites: [cold('a', { residency: ['us'] })],
    order: ['NoReadyCapacity'],
  },
])('candidates: $name', ({ sites, change = {}, wish, order: expected }) => {
  const all = sites.some(({ site }) => site.name === 'left') ? sites : [left, ...sites];
  expect(order({ ...view({ sites: all }), ...change }, wish)).toEqual(expected);
});

test('those that are no candidates, and those that refuse everything, are told with their values', () => {
  const sites = [left, cold('a', { residency: ['us'] }), cold('b'), cold('c')];
  const hunting = hunt({ ...view({ sites }), blocks: [block] });
  expect(hunting).toMatchObject({
    because: [
      { code: 'ResidencyBlocked', site: 'a', message: 'a lies in us' },
      {
        code: 'StartBlocked',
        site: 'b',
        message: expect.stringContaining('SoldOut (none left)'),
        untilMs: nowMs + 1000,
      },
    ],
  });
});

test.for([
  {
    name: 'what the sites in use lack',
    sites: [siteView('left', { wanted: 3, replicas: [] }), cold('a', { wanted: 5 })],
    replicas: 3,
  },
  { name: 'one when they lack nothing', sites: [left, cold('a', { wanted: 5 })], replicas: 1 },
])('without a number: $name', ({ sites, replicas }) => {
  expect(hunt(view({ sites }))).toMatchObject({ hunt: { replicas } });
});

test.for([
  { replicas: 3, is: 'hunt' },
  { replicas: 4, is: 'refused' },
])('$replicas of the three there is room for: $is', ({ replicas, is }) => {
  expect(hunt(view({ sites: [left, cold('a', { wanted: 2 }), cold('b')] }), { replicas }).kind).toBe(is);
});

const lagging = { listLagMs: 1000, listedSinceMs: nowMs - 1099 } as const;

test.for([
  { name: 'of every site', sites: [cold('a', lagging), cold('b', lagging)], says: /^a may .*; b may / },
  { name: 'of one, while another could be asked', sites: [cold('a'), cold('b', lagging)], says: /^b may / },
  { name: 'of some slots', sites: [cold('a', { ...lagging, wanted: 2 })], says: /^a may hold 2 / },
])('waits for the first lists that leave nothing out: $name (I27)', ({ sites, says }) => {
  const given = view({ sites: [left, ...sites], request: requestOf({ kind: 'start', anywhere: true }) });
  const decision = decide(given, nowMs);
  const reasons = decision.kind === 'stay' ? decision.reasons : [];
  expect(reasons).toMatchObject([
    { code: 'LaunchUnlisted', message: expect.stringMatching(says), untilMs: nowMs - 99 },
  ]);
  expect(isWaiting(reasons)).toBe(true);
  const listed = sites.map(({ site, placement }) =>
    cold(site.name, { ...lagging, listedSinceMs: nowMs - 1100, wanted: placement.replicas }),
  );
  expect(order(view({ sites: [left, ...listed] }))).toEqual(sites.map(({ site }) => site.name));
});

test('waits for no list of a site that may not be asked anyhow', () => {
  const sites = [left, cold('a', { ...lagging, residency: ['us'] }), cold('b')];
  expect(order(view({ sites }))).toEqual(['b']);
  expect(order(view({ sites: [left, cold('a', lagging), cold('b')] }), { from: 'b' })).toEqual(['b']);
});

test('a person’s wish becomes one step that hunts, then a proof for each candidate', () => {
  const sites = [left, cold('a', { wanted: 2 }), cold('b')];
  const request = requestOf({ kind: 'start', anywhere: true, replicas: 2, waitMs: 7_200_000 });
  const given = view({ sites, request });
  const decision = decide(given, nowMs);
  if (decision.kind !== 'act') throw new Error(decision.kind);
  const [first, ...proofs] = makePlan(decision.action, given, nowMs).steps;
  expect(first).toMatchObject({
    ...{ kind: 'hunt', replicas: 2, waits: true, deadlineMs: 7_200_000 },
    candidates: [
      { site: 'a', slots: [0, 1] },
      { site: 'b', slots: [0] },
    ],
  });
  expect(proofs).toMatchObject([
    { kind: 'prove', site: 'a', isHunted: true, replicas: 0 },
    { kind: 'prove', site: 'b', isHunted: true, replicas: 0 },
  ]);
});

test('a start that costs more than is allowed at the dearest candidate is refused', () => {
  const sites = [siteView('left', { usdPerHour: 1 }), cold('a', { usdPerHour: 2 }), cold('b', { usdPerHour: 9 })];
  const request = requestOf({ kind: 'start', anywhere: true, replicas: 1 });
  const limited = (maxUsdPerHour: number) =>
    decide(view({ sites, request, policy: { safety: { maxUsdPerHour } } }), nowMs).kind;
  expect([limited(9), limited(10)]).toEqual(['stay', 'act']);
});

test('what is granted in order is shared out in order', () => {
  const candidates = [
    { site: 'a', slots: [0, 1] },
    { site: 'b', slots: [3] },
    { site: 'c', slots: [0] },
  ];
  expect([...sharesOf({ candidates, replicas: 3 })]).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 0],
  ]);
});

const prove: Step = { kind: 'prove', name: '2-prove a', site: 'a', replicas: 1, isHunted: true, deadlineMs: 1 };
const huntStep: Step = { kind: 'hunt', name: '1-hunt', candidates: [], replicas: 1, waits: false, deadlineMs: 1 };

function ended(placed: Readonly<Record<string, readonly number[]>> | undefined): readonly JournalEntry[] {
  const body = {
    ...({ kind: 'step', operationId: 'op-1', index: 0, step: '1-hunt', part: undefined, state: 'reached' } as const),
    ...{ error: undefined, detail: undefined },
    ...(placed === undefined ? {} : { placed }),
  };
  const by = { kind: 'controller', name: 'godwit', host: 'here', pid: 1 } as const;
  return [{ seq: 1, hash: 'h', deployment: 'chat', epoch: 1, by, atMs: nowMs, monoMs: 1, body }];
}

test.for([
  { name: 'what was started there, beside what stood', placed: { a: [4, 5] }, replicas: 3 },
  { name: 'nothing where nothing was started', placed: { b: [0] }, replicas: undefined },
  { name: 'nothing when the hunt left no word', placed: undefined, replicas: undefined },
])('to be proven is $name', ({ placed, replicas }) => {
  const step = asHunted(prove, planOf({ steps: [huntStep, prove] }), ended(placed));
  expect(step === undefined ? undefined : 'replicas' in step && step.replicas).toBe(replicas);
});

test('any other proof is as it was planned', () => {
  const plain: Step = { kind: 'prove', name: '1-prove a', site: 'a', replicas: 1, deadlineMs: 1 };
  expect(asHunted(plain, planOf({ steps: [plain] }), [])).toBe(plain);
});
