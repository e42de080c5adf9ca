import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { reasonsOf } from '../../src/model/decision.ts';
import type { View } from '../../src/model/view.ts';
import {
  dead,
  failingLeft,
  failingTraffic,
  nowMs,
  operationOf,
  replicaView,
  requestOf,
  siteView,
  view,
} from './support/view.ts';

const bad = { left: failingTraffic };
/** Bad since this long. */
const leftBadFor = (agoMs: number): View =>
  failingLeft({
    sites: [siteView('left', { all: { ...dead.all, sinceMs: nowMs - agoMs } }), siteView('right')],
  });
const gone = (slot = 0): ReturnType<typeof replicaView> =>
  replicaView({ slot, state: 'gone', conditions: [{ state: 'bad', reason: 'Refused' }], proof: null });

test('moves everything off a site that fails beyond doubt, in one step when it serves nothing', () => {
  expect(decide(failingLeft(), nowMs)).toMatchObject({
    kind: 'act',
    action: {
      kind: 'failover',
      trigger: 'automatic',
      from: 'left',
      weights: { left: 0, right: 100 },
      inOneStep: true,
      because: [{ code: 'SiteFailing', site: 'left' }],
    },
  });
});

test('moves in gated steps off a site that is only slow', () => {
  const slow = siteView('left', { all: { state: 'slow', reason: 'FirstTokenLate' } });
  const decision = decide(failingLeft({ sites: [slow, siteView('right')], traffic: { left: { late: 90 } } }), nowMs);
  expect(decision).toMatchObject({ kind: 'act', action: { kind: 'failover', inOneStep: false } });
});

test.for([
  { name: 'while all is well', view: view(), because: [] },
  { name: 'with the mode off', view: failingLeft({ policy: { mode: 'off' } }), because: ['ModeOff'] },
  { name: 'one millisecond before the time is up', view: leftBadFor(999), because: ['NotUnhealthyLongEnough'] },
  { name: 'on one plane of evidence (I9)', view: failingLeft({ traffic: {} }), because: ['OnePlaneOnly'] },
  { name: 'when users alone see it bad (I9)', view: view({ traffic: bad }), because: [] },
  {
    name: 'when all sites are bad at once (I10)',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', dead)] }),
    because: ['TooManyFailing', 'NoReadyCapacity'],
  },
  {
    name: 'when two of three are bad at once though the third is ready (I10)',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', dead), siteView('far')] }),
    because: ['TooManyFailing'],
  },
  {
    name: 'when nothing else is allowed (I19)',
    view: failingLeft({ sites: [siteView('left', dead), siteView('right', { residency: ['us'] })] }),
    because: ['NoReadyCapacity'],
  },
  { name: 'when the gateway cannot be read', view: failingLeft({ noRoute: 'unseen' }), because: [] },
  {
    name: 'while another operation runs',
    view: failingLeft({ open: operationOf({ state: 'shifting' }) }),
    because: ['OperationRunning'],
  },
  {
    name: 'within the cool-down (I11)',
    view: failingLeft({ recent: [operationOf({ agoMs: 1_799_999 })] }),
    because: ['CoolDown'],
  },
])('stays $name', ({ view: seen, because }) => {
  const decision = decide(seen, nowMs);
  expect(decision.kind).toBe('stay');
  expect(decision.kind === 'stay' && decision.reasons.map(({ code }) => code)).toEqual(because);
});

test('of two sites that fail it leaves the one whose failure is beyond doubt first', () => {
  const sites = [siteView('left', dead), siteView('right', dead), siteView('far'), siteView('moon')];
  const seen = failingLeft({
    sites,
    weights: { left: 60, right: 40, far: 0, moon: 0 },
    traffic: { right: failingTraffic },
  });
  expect(decide(seen, nowMs)).toMatchObject({
    kind: 'act',
    action: { from: 'right', weights: { left: 60, right: 0, far: 40, moon: 0 } },
  });
});

test('starts what is missing also while the gateway cannot be read: nothing is moved', () => {
  const sites = [siteView('left'), siteView('right', { replicas: [] })];
  expect(decide(view({ sites, noRoute: 'unseen', preferred: { left: 90, right: 10 } }), nowMs)).toMatchObject({
    kind: 'act',
    action: { kind: 'start', start: [{ site: 'right', slots: [0] }], weights: { left: 90, right: 10 } },
  });
});

test('fails back to preferred weights that leave sites out', () => {
  const sites = [siteView('left'), siteView('right'), siteView('far')];
  const seen = view({
    sites,
    weights: { left: 0, right: 100, far: 0 },
    preferred: { left: 100 },
    policy: { failback: { mode: 'auto', afterMs: 60_000 } },
    healthySinceMs: { left: nowMs - 60_000 },
  });
  expect(decide(seen, nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failback', from: 'right' } });
});

test.for([
  { name: 'waits for the other planes as long as they may take', agoMs: 3999, kind: 'stay' },
  { name: 'brings back what is gone when no other plane has spoken by then', agoMs: 4000, kind: 'act' },
])('with the probes alone against a site: $name', ({ agoMs, kind }) => {
  const hung = replicaView({ slot: 1, conditions: [{ state: 'bad', reason: 'TimedOut', sinceMs: nowMs - agoMs }] });
  const sites = [siteView('left', { wanted: 2, replicas: [gone(), hung] }), siteView('right')];
  const decision = decide(failingLeft({ sites, traffic: {} }), nowMs);
  expect(decision.kind).toBe(kind);
  if (decision.kind === 'act')
    expect(decision.action).toMatchObject({ kind: 'start', start: [{ site: 'left', slots: [0] }] });
  else expect(reasonsOf(decision)).toMatchObject([{ code: 'OnePlaneOnly', untilMs: nowMs + 1 }]);
});

test('acts once the time is up', () => {
  expect(decide(leftBadFor(1000), nowMs).kind).toBe('act');
});

test('a standby that is stopped is a target to start, and no sign that all sites fail together (I10)', () => {
  const stopped = replicaView({ site: 'right', state: 'stopped', url: undefined, conditions: [], proof: null });
  const right = siteView('right', { standby: 'warm', replicas: [stopped] });
  expect(decide(failingLeft({ sites: [siteView('left', dead), right] }), nowMs)).toMatchObject({
    kind: 'act',
    action: { kind: 'failover', weights: { left: 0, right: 100 } },
  });
});

test.for([
  { name: 'what it holds need not be listed yet', change: { listedSinceMs: nowMs - 1099 }, code: 'LaunchUnlisted' },
  { name: 'its provider cannot be read', change: { unseen: true }, code: 'NoReadyCapacity' },
])('moves to no site where nothing can be proven nor started: $name (I27)', ({ change, code }) => {
  const cold = { standby: 'cold', replicas: [], listLagMs: 1000 } as const;
  const left = siteView('left', { ...dead, listLagMs: 1000 });
  const decision = decide(failingLeft({ sites: [left, siteView('right', { ...cold, ...change })] }), nowMs);
  expect(decision).toMatchObject({ kind: 'stay', reasons: [{ code, site: 'right' }] });
  const listed = siteView('right', { ...cold, listedSinceMs: nowMs - 1100 });
  expect(decide(failingLeft({ sites: [left, listed] }), nowMs)).toMatchObject({ kind: 'act' });
});

test('in advise mode says what it would do, and that a person decides', () => {
  expect(decide(failingLeft({ policy: { mode: 'advise' } }), nowMs)).toMatchObject({
    kind: 'advise',
    action: { kind: 'failover', weights: { left: 0, right: 100 } },
    reasons: [{ code: 'AdviseMode' }],
  });
});

test('a start in progress does not keep a failover waiting, and neither does a move that only settles', () => {
  const start = operationOf({ state: 'waking', plan: { kind: 'start' } });
  const settling = operationOf({ state: 'verifying', plan: { kind: 'switchover', trigger: 'manual' } });
  expect(decide(failingLeft({ open: start }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover' } });
  expect(decide(failingLeft({ open: settling }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover' } });
  expect(decide(view({ open: start }), nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code: 'OperationRunning' }] });
});

test('says what stands in the way of a failover also while a start runs', () => {
  const start = operationOf({ state: 'waking', plan: { kind: 'start' } });
  const decision = decide(failingLeft({ open: start, traffic: {} }), nowMs);
  expect(decision).toMatchObject({ reasons: [{ code: 'OperationRunning' }, { code: 'OnePlaneOnly' }] });
});

test('starts what is missing at hot sites and at sites in use, not at a cold one without weight', () => {
  const sites = [
    siteView('left', { standby: 'cold', replicas: [] }),
    siteView('right', { wanted: 2, replicas: [replicaView({ site: 'right', slot: 1 })] }),
    siteView('far', { standby: 'cold', replicas: [] }),
  ];
  expect(decide(view({ sites, policy: { mode: 'advise' } }), nowMs)).toMatchObject({
    kind: 'act',
    action: {
      kind: 'start',
      start: [
        { site: 'left', slots: [0] },
        { site: 'right', slots: [0] },
      ],
      weights: { left: 100, right: 0 },
      because: [
        { code: 'ReplicasMissing', site: 'left' },
        { code: 'ReplicasMissing', site: 'right' },
      ],
    },
  });
});

test('the very first start is for the preferred weights: no route exists yet', () => {
  const decision = decide(
    view({ noRoute: 'empty', sites: [siteView('left', { replicas: [] })], preferred: { left: 100 } }),
    nowMs,
  );
  expect(decision).toMatchObject({ kind: 'act', action: { kind: 'start', weights: { left: 100 } } });
});

test('never starts at a site whose provider cannot be read (I27)', () => {
  const sites = [siteView('left'), siteView('right', { replicas: [], unseen: true })];
  expect(decide(view({ sites }), nowMs)).toMatchObject({ kind: 'stay', reasons: [] });
});

test('leaves a site that lost everything alone while another is ready: traffic moves first', () => {
  const sites = [siteView('left', { replicas: [gone()] }), siteView('right')];
  expect(decide(failingLeft({ sites }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover' } });
  const early = failingLeft({ sites, policy: { detector: { failAfterMs: 60_000 } } });
  expect(decide(early, nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code: 'NotUnhealthyLongEnough' }] });
});

test('brings the site itself back when the failover is refused for good', () => {
  const sites = [siteView('left', { replicas: [gone()] }), siteView('right', { residency: ['us'] })];
  expect(decide(failingLeft({ sites }), nowMs)).toMatchObject({
    kind: 'act',
    action: { kind: 'start', start: [{ site: 'left', slots: [0] }] },
  });
});

const moved = { weights: { left: 0, right: 100 }, preferred: { left: 100, right: 0 } };
const auto = { failback: { mode: 'auto', afterMs: 60_000 } } as const;
const healthyFor = (ms: number): Record<string, number> => ({ left: nowMs - ms });

test.for([
  { name: 'never unless the mode says so', view: view({ ...moved, healthySinceMs: healthyFor(600_000) }), because: [] },
  {
    name: 'not while the origin is not healthy',
    view: view({ ...moved, policy: auto }),
    because: ['OriginNotHealthy'],
  },
  {
    name: 'not one millisecond before the origin was healthy long enough',
    view: view({ ...moved, policy: auto, healthySinceMs: healthyFor(59_999) }),
    because: ['OriginNotHealthy'],
  },
  {
    name: 'not before the traffic dwelt where the failover put it (I11)',
    view: view({
      ...moved,
      policy: auto,
      healthySinceMs: healthyFor(60_000),
      recent: [operationOf({ agoMs: 599_999 })],
    }),
    because: ['DwellTime'],
  },
  { name: 'not without a route', view: view({ ...moved, policy: auto, noRoute: 'empty' }), because: [] },
  { name: 'not when everything is where it belongs', view: view({ policy: auto }), because: [] },
])('fails back $name', ({ view: seen, because }) => {
  const decision = decide(seen, nowMs);
  expect(decision.kind === 'stay' && decision.reasons.map(({ code }) => code)).toEqual(because);
});

test('fails back in gated steps once all is calm', () => {
  const recent = [operationOf({ agoMs: 600_000 })];
  const decision = decide(view({ ...moved, policy: auto, healthySinceMs: healthyFor(60_000), recent }), nowMs);
  expect(decision).toMatchObject({
    kind: 'act',
    action: { kind: 'failback', from: 'right', weights: moved.preferred, inOneStep: false },
  });
});

test('nothing fails back to a site that was scaled to none: whoever did it wants it so', () => {
  const left = siteView('left', { replicas: [], standby: 'cold' });
  const placement = { ...left.placement, configured: { replicas: 1, standby: 'hot' } } as const;
  const seen = view({
    ...{ sites: [{ ...left, placement }, siteView('right')], weights: { left: 0, right: 100 } },
    policy: { failback: { mode: 'auto' } },
  });
  expect(decide(seen, nowMs)).toMatchObject({
    ...{ kind: 'stay', reasons: [{ code: 'SiteOut', message: 'left was scaled to none' }] },
  });
});

test('a person comes before everything automation would do', () => {
  const decision = decide(failingLeft({ policy: { mode: 'off' }, request: requestOf({ to: 'right' }) }), nowMs);
  expect(decision).toMatchObject({ kind: 'act', action: { trigger: 'manual', kind: 'switchover' } });
});

/** Any three sites in any state, weights, planes and history. */
const anyView: fc.Arbitrary<View> = fc
  .record({
    states: fc.array(fc.constantFrom('good', 'bad', 'slow', 'starting', 'unknown'), { minLength: 3, maxLength: 3 }),
    gone: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    failing: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    residency: fc.array(fc.constantFrom('eu', 'us'), { minLength: 3, maxLength: 3 }),
    heavy: fc.nat(2),
    agoMs: fc.integer({ min: 0, max: 4_000_000 }),
    mode: fc.constantFrom('auto', 'advise'),
  })
  .map(({ states, gone: lost, failing, residency, heavy, agoMs, mode }) => {
    const names = ['a', 'b', 'c'];
    return view({
      policy: { mode: mode as 'auto' },
      sites: names.map((name, index) => {
        const state = states[index] as 'good';
        const isGone = lost[index] === true && state !== 'good';
        const replica = replicaView({
          site: name,
          state: isGone ? 'gone' : 'running',
          conditions: [{ state }],
          proof: state === 'good' ? {} : null,
        });
        return siteView(name, { replicas: [replica], residency: [residency[index] ?? 'eu'] });
      }),
      weights: Object.fromEntries(names.map((name, index) => [name, index === heavy ? 100 : 0])),
      preferred: { a: 100, b: 0, c: 0 },
      traffic: Object.fromEntries(names.map((name, index) => [name, failing[index] === true ? failingTraffic : {}])),
      recent: [operationOf({ agoMs })],
    });
  });

test('whatever is seen: the same decision twice, and no move that breaks a rule (I5, I8, I9, I10, I11, I19)', () => {
  fc.assert(
    fc.property(anyView, (seen) => {
      const decision = decide(seen, nowMs);
      expect(decide(seen, nowMs)).toEqual(decision);
      if (!('action' in decision) || decision.action.kind === 'start') return;
      const { action, diagnosis } = decision;
      const raised = seen.sites.filter(({ site }) => (action.weights[site.name] ?? 0) > 0);
      const source = diagnosis.sites.find(({ site }) => site === action.from);
      expect(Object.values(action.weights).reduce((sum, each) => sum + each, 0)).toBe(100);
      expect(raised.map(({ site }) => site.residency)).toEqual([['eu']]);
      expect(diagnosis.code).not.toBe('TooManyFailing');
      expect(source?.planes.length ?? 0).toBeGreaterThan(1);
      expect(nowMs - (seen.recent[0]?.openedAtMs ?? 0)).toBeGreaterThanOrEqual(1_800_000);
    }),
    { numRuns: 2000 },
  );
});

test.for([
  { name: 'a failover goes on', policy: {}, kind: 'act', action: 'failover' },
  { name: 'advice is not a failover', policy: { mode: 'advise' }, kind: 'stay', action: undefined },
] as const)('beside a request that only waits for a list, $name', ({ policy, kind, action }) => {
  const far = siteView('far', { standby: 'cold', replicas: [], listLagMs: 1000, listedSinceMs: nowMs - 1099 });
  const sites = [siteView('left', dead), siteView('right'), far];
  const request = requestOf({ kind: 'start', anywhere: true, reason: undefined });
  const decision = decide(failingLeft({ sites, request, policy }), nowMs);
  expect(decision).toMatchObject({ kind, ...(action === undefined ? {} : { action: { kind: action } }) });
  expect(reasonsOf(decide(view({ sites: [siteView('left'), siteView('right'), far], request }), nowMs))).toMatchObject([
    { code: 'LaunchUnlisted', site: 'far' },
  ]);
});
