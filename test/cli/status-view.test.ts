import { expect, test } from 'vitest';
import type { Sights, Stored } from '../../src/cli/sights.ts';
import { statusView } from '../../src/cli/status-view.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Standing } from '../../src/model/standing.ts';
import { pin } from '../core/support/pins.ts';
import { blackhole, replicaView } from '../core/support/view.ts';
import {
  config,
  deployment,
  nowMs,
  operation,
  plan,
  route,
  siteDiagnosis,
  siteTraffic,
  snapshot,
  traffic,
  view,
} from './support/models.ts';

const weights = { 'site-a': 100, 'site-b': 0, 'site-c': 0 };
const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;
const healthy = ['site-a', 'site-b'].map((name) => siteDiagnosis(name));
const stored: Stored = {
  snapshot: snapshot([...healthy, siteDiagnosis('site-c', 'SiteEmpty', { ready: [] })]),
  lease: { deployment: 'chat', holder, epoch: 3, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs - 2000 },
  open: undefined,
  recent: [],
  standing: [],
};

function sights(over: Partial<Sights> = {}, inStore: Partial<Stored> = {}): Sights {
  return {
    atMs: nowMs,
    stored: { kind: 'seen', value: { ...stored, ...inStore }, asOfMs: nowMs },
    route: { kind: 'seen', value: route(weights), asOfMs: nowMs },
    traffic: {
      kind: 'seen',
      value: traffic([
        siteTraffic('site-a', { attempts: 900, failures: 9, firstTokenP95Ms: 120, inFlight: 4 }),
        siteTraffic('site-b', { attempts: 100, firstTokenP95Ms: 300 }),
      ]),
      asOfMs: nowMs,
    },
    pins: { kind: 'seen', value: [], asOfMs: nowMs },
    faults: { kind: 'seen', value: [], asOfMs: nowMs },
    ...over,
  };
}

const see = (given: Sights) => statusView(config(), deployment(), given);
const gone = { kind: 'unseen', why: 'connect ECONNREFUSED' } as const;

test('shows wanted and real shares, readiness and first-byte times by site', () => {
  expect(see(sights()).sites).toMatchObject([
    {
      name: 'site-a',
      wantPct: 100,
      realRatio: 0.9,
      state: 'healthy',
      ready: 2,
      replicas: 2,
      firstTokenP95Ms: 120,
      reasons: [],
    },
    { name: 'site-b', wantPct: 0, realRatio: 0.1, state: 'healthy', firstTokenP95Ms: 300 },
    { name: 'site-c', wantPct: 0, realRatio: 0, state: 'empty', reasons: [{ code: 'SiteEmpty' }] },
  ]);
});

test('says which failure domains the replicas of a site stand in, as the last snapshot has it', () => {
  const base = snapshot(healthy);
  const replica = replicaView({ site: 'site-b', failureDomain: 'cb-1' });
  const sites = base.view.sites.map((each) => (each.site.name === 'site-b' ? { ...each, replicas: [replica] } : each));
  const result = see(sights({}, { snapshot: { ...base, view: { ...base.view, sites } } }));
  expect(result.sites.map(({ replicaDomains }) => replicaDomains)).toEqual([[], ['cb-1'], []]);
});

test('adds up the windows of all sites', () => {
  expect(see(sights()).traffic).toEqual({
    attemptsPerSecond: 100,
    errorRatio: 0.009,
    firstTokenP95Ms: 300,
    held: 0,
    totals: { requests: 5000, ok: 5000, failed: 0, cut: 0, retried: 0 },
  });
});

test('knows no share and no ratio without a single attempt', () => {
  const quiet = see(sights({ traffic: { kind: 'seen', value: traffic([]), asOfMs: nowMs } }));
  expect(quiet.sites[0]?.realRatio).toBeUndefined();
  expect(quiet.traffic?.errorRatio).toBeUndefined();
});

test('shows what the store knows while the gateway is down', () => {
  const result = see(sights({ route: gone, traffic: gone }));
  expect(result.service.state).toBe('unknown');
  expect(result.sites[0]).toMatchObject({ wantPct: undefined, realRatio: undefined, state: 'healthy', ready: 2 });
  expect(result.sources.gateway).toEqual(gone);
  expect(result.traffic).toBeUndefined();
});

test('shows what the gateway counts while the store is locked', () => {
  const result = see(sights({ stored: { kind: 'unseen', why: 'database is locked' } }));
  expect(result.service.state).toBe('serving');
  expect(result.sites[0]).toMatchObject({ wantPct: 100, realRatio: 0.9, state: 'unknown', ready: undefined });
  expect(result.controller).toEqual({ kind: 'unseen' });
  expect(result.failoverReady).toMatchObject({ value: 'unknown', reasons: [{ code: 'UnknownView' }] });
  expect(result.sources.store).toEqual({ kind: 'unseen', why: 'database is locked' });
});

test('still gives a whole answer when nothing at all can be seen', () => {
  const result = see(sights({ stored: gone, route: gone, traffic: gone }));
  expect(result.service.state).toBe('unknown');
  expect(result.sites.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
});

test('concludes nothing from a view older than the evidence may be', () => {
  const at = (ageMs: number) => see(sights({}, { snapshot: snapshot(healthy, { atMs: nowMs - ageMs }) }));
  expect(at(5000).sources.controller).toMatchObject({ kind: 'seen', isStale: false });
  const old = at(5001);
  expect(old.sources.controller).toMatchObject({ kind: 'seen', isStale: true });
  expect(old.failoverReady.value).toBe('unknown');
});

test('says no controller has looked yet when the store has no view', () => {
  const result = see(sights({}, { snapshot: undefined, lease: undefined }));
  expect(result.sources.controller).toEqual({ kind: 'unseen', why: 'no controller has looked at it yet' });
  expect(result.controller).toEqual({ kind: 'gone', holder: undefined, renewedAtMs: undefined });
  expect(result.next[0]).toBe('godwit run');
});

test('calls a controller gone once its lease was not renewed in time', () => {
  const at = (ageMs: number) =>
    see(
      sights(
        {},
        { lease: { deployment: 'chat', holder, epoch: 3, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs - ageMs } },
      ),
    );
  expect(at(10_000).controller.kind).toBe('live');
  expect(at(10_001).controller.kind).toBe('gone');
});

test('takes the running and the last operation from the store, not from the older view', () => {
  const open = operation({ id: 'op-open', state: 'shifting', endedAtMs: undefined });
  const result = see(sights({}, { open, recent: [operation({ id: 'op-last' })] }));
  expect(result.open?.id).toBe('op-open');
  expect(result.last?.id).toBe('op-last');
  expect(result.failoverReady).toMatchObject({
    value: 'no',
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'OperationRunning' })]),
  });
});

test('names the site a failover would go to when nothing stands in the way', () => {
  expect(see(sights()).failoverReady).toEqual({ value: 'yes', to: 'site-b', isTargetReady: false, reasons: [] });
});

test('names the cool-down and its end after a failover', () => {
  const recent = [operation({ openedAtMs: nowMs - 60_000, endedAtMs: nowMs - 50_000 })];
  expect(see(sights({}, { recent })).failoverReady).toMatchObject({
    value: 'no',
    reasons: [{ code: 'CoolDown', untilMs: nowMs + 540_000 }],
  });
});

test('a failover a person asked for starts no cool-down', () => {
  const recent = [operation({ plan: plan({ trigger: 'manual' }), openedAtMs: nowMs - 60_000 })];
  expect(see(sights({}, { recent })).failoverReady.value).toBe('yes');
});

test('offers the failover by hand when automation may not do it', () => {
  const ill = [siteDiagnosis('site-a', 'SiteDead'), siteDiagnosis('site-b')];
  const advise = deployment({ failover: { ...deployment().failover, mode: 'advise' } });
  const seen = snapshot(ill, { view: view(weights, { deployment: advise }) });
  const result = statusView(config(), advise, sights({}, { snapshot: seen }));
  expect(result.failoverReady).toMatchObject({ value: 'no', reasons: [{ code: 'AdviseMode' }] });
  expect(result.next[0]).toBe('godwit failover chat --away-from site-a');
});

test('offers the way home once the preferred site is healthy again', () => {
  const away = { 'site-a': 0, 'site-b': 100, 'site-c': 0 };
  const result = see(sights({ route: { kind: 'seen', value: route(away), asOfMs: nowMs } }));
  expect(result.next).toContain('godwit switchover chat --to site-a');
});
test('knows nowhere to go when no site has weight, and when no other site may take it', () => {
  const readyTo = (weights: Record<string, number>, over: Parameters<typeof view>[1] = {}) =>
    see(sights({}, { snapshot: snapshot(healthy, { view: view(weights, over) }) })).failoverReady;
  expect(readyTo({})).toMatchObject({
    value: 'no',
    to: undefined,
    reasons: [{ code: 'NoReadyCapacity', message: 'no site has weight' }],
  });
  const [only] = view(weights).sites;
  expect(readyTo(weights, { sites: only === undefined ? [] : [only] })).toMatchObject({
    value: 'no',
    reasons: [{ code: 'NoReadyCapacity', message: 'no allowed site beside site-a is ready or could start' }],
  });
});

const anna = { kind: 'person', name: 'anna', host: 'desk', pid: 7 } as const;
const base = { deployment: 'chat', by: anna, atMs: nowMs - 60_000, reason: 'driver update' } as const;

test('what stands for a time comes with its end, the soonest first, and with the command that ends it', () => {
  const standing: readonly Standing[] = [
    { ...base, kind: 'out', site: 'site-b', isStopped: true, untilMs: undefined },
    {
      ...base,
      kind: 'shift',
      operationId: 'op-9k2m',
      before: weights,
      after: weights,
      forMs: 1,
      untilMs: nowMs + 9000,
    },
    { ...base, kind: 'pause', untilMs: nowMs + 1000 },
    { ...base, kind: 'ack', untilMs: undefined },
  ];
  expect(see(sights({}, { standing })).temporary).toMatchObject([
    { what: 'automation is paused', by: 'anna@desk', untilMs: nowMs + 1000, end: 'godwit unpause chat' },
    { what: 'shift op-9k2m', end: 'godwit op return op-9k2m' },
    { what: 'stopped: site-b', untilMs: undefined, end: 'godwit start chat --site site-b' },
  ]);
});

test('a number and weights in place of the configured ones are what is wanted, as long as the file has not changed', () => {
  const scaled: Standing = { ...base, kind: 'scale', site: 'site-b', replicas: 5, instead: 2, untilMs: undefined };
  const kept: Standing = {
    ...{ ...base, kind: 'weights', untilMs: undefined },
    ...{ weights: { 'site-a': 60, 'site-b': 40 }, instead: deployment().weights },
  };
  const seen = see(sights({}, { standing: [scaled, kept] }));
  expect(seen.sites[1]).toMatchObject({ name: 'site-b', replicas: 5, standby: 'hot' });
  expect(seen.temporary).toMatchObject([
    { what: 'scaled to 5: site-b', by: 'anna@desk', end: 'godwit scale chat --site site-b --replicas 2' },
    {
      what: 'weights kept',
      // As it can be typed: site-b, which gets nothing, is not named.
      end: 'godwit switchover chat --weights site-a=100 --keep',
    },
  ]);
  const edited = see(
    sights(
      {},
      {
        standing: [
          { ...scaled, instead: 3 },
          { ...kept, instead: { 'site-b': 100 } },
        ],
      },
    ),
  );
  expect(edited.sites[1]).toMatchObject({ replicas: 2 });
  expect(edited.temporary).toEqual([]);
});

test.for([
  { name: 'a pause one millisecond before its end is shown', leftMs: 1, count: 1 },
  { name: 'a pause at its end is over', leftMs: 0, count: 0 },
])('$name', ({ leftMs, count }) => {
  const standing: readonly Standing[] = [{ ...base, kind: 'pause', untilMs: nowMs + leftMs }];
  expect(see(sights({}, { standing })).temporary).toHaveLength(count);
});

test('a drill that nobody undid is shown with what undoes it, unless it is in force still', () => {
  const left = { kind: 'seen', value: { run: 'dr-1', by: base.by }, asOfMs: nowMs } as const;
  expect(see(sights({ left })).temporary).toMatchObject([
    { kind: 'drill-left', what: 'dr-1 not undone', by: 'anna@desk', end: 'godwit drill undo dr-1' },
  ]);
  const faults = { kind: 'seen', value: [blackhole({ run: 'dr-1' })], asOfMs: nowMs } as const;
  expect(see(sights({ left, faults })).temporary).toMatchObject([{ end: 'godwit drill abort dr-1' }]);
  expect(see(sights({ left: { kind: 'seen', value: undefined, asOfMs: nowMs } })).temporary).toEqual([]);
});

test('what the gateway keeps is shown also while the store is away', () => {
  const kept = pin({ kind: 'pause', untilMs: nowMs + 5000 });
  const given = sights({ stored: gone, pins: { kind: 'seen', value: [kept], asOfMs: nowMs } });
  expect(see(given).temporary).toMatchObject([
    { what: 'pause kept by the gateway', by: 'ana@ops-1', untilMs: nowMs + 5000, end: 'godwit unpause chat' },
  ]);
});

test('what a drill breaks is shown with the command that ends it, also while the store is away', () => {
  const faults = {
    kind: 'seen',
    value: [blackhole({ site: 'site-a', untilMs: nowMs + 9000 })],
    asOfMs: nowMs,
  } as const;
  const shown = { what: 'drill at site-a', by: 'ada@desk', untilMs: undefined, end: 'godwit drill abort loss-1' };
  expect(see(sights({ faults })).temporary).toMatchObject([shown]);
  expect(see(sights({ stored: gone, faults })).temporary).toMatchObject([shown]);
});

test('without the store nobody knows what stands', () => {
  expect(see(sights({ stored: gone })).temporary).toBeUndefined();
});

test('offers to go on with what is held, or to take it back', () => {
  const open = operation({ id: 'op-9k2m', state: 'held', endedAtMs: undefined });
  expect(see(sights({}, { open })).next).toEqual([
    'godwit op resume op-9k2m',
    'godwit op return op-9k2m',
    'godwit status chat -w',
  ]);
});

test.for([
  { name: 'no controller', over: {}, lease: undefined, code: 'UnknownView' },
  { name: 'no gateway', over: { route: gone }, lease: stored.lease, code: 'DriverUnreachable' },
] as const)('with $name nothing fails over again, whatever the rules say', ({ over, lease, code }) => {
  const { failoverReady } = see(sights(over, { lease }));
  expect(failoverReady).toMatchObject({ value: 'no', reasons: [{ code }] });
});

test('a site that is called healthy with nothing ready is not offered as healthy', () => {
  const diagnoses = [siteDiagnosis('site-a', 'Healthy', { ready: [] }), siteDiagnosis('site-b')];
  const [hollow, good] = see(sights({}, { snapshot: snapshot(diagnoses) })).sites;
  expect([hollow?.state, good?.state]).toEqual(['degraded', 'healthy']);
});

test('tells what is announced as the snapshot has it, and nothing of one that an earlier version wrote', () => {
  const notices = { told: [], asOfMs: nowMs - 9000 };
  const before = stored.snapshot;
  if (before === undefined) throw new Error('there is a snapshot');
  const [first, ...others] = before.view.sites;
  if (first === undefined) throw new Error('the snapshot has sites');
  const sites = [{ ...first, notices }, ...others];
  const rows = see(sights({}, { snapshot: { ...before, view: { ...before.view, sites } } })).sites;
  expect(rows[0]?.notices).toEqual(notices);
  expect(rows[1]).not.toHaveProperty('notices');
});

test('what the doctor found goes with its site; a record of an earlier version has nothing of it', () => {
  const examined = { site: 'site-b', atMs: nowMs - 5000, findings: [] };
  const found = see(sights({}, { snapshot: snapshot(healthy, { examined: [examined] }) })).sites;
  expect(found.map((each) => each.examined)).toEqual([undefined, examined, undefined]);
  expect(see(sights()).sites.every((each) => each.examined === undefined)).toBe(true);
});

test.for([
  { failures: 2, state: 'serving' },
  { failures: 3, state: 'degraded' },
])('$failures of 100 failed is $state where a move has no limit of errors', ({ failures, state }) => {
  const { failover, ...given } = deployment();
  const move = { ...failover.move, promoteWhen: [limitOn('ttft.p95', '<=', 2000)] };
  const figures = traffic([siteTraffic('site-a', { attempts: 100, failures })]);
  const seen = sights({ traffic: { kind: 'seen', value: figures, asOfMs: nowMs } });
  expect(statusView(config(), { ...given, failover: { ...failover, move } }, seen).service.state).toBe(state);
});
