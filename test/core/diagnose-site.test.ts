import { expect, test } from 'vitest';
import { diagnoseSite } from '../../src/core/diagnose-site.ts';
import type { SiteDiagnosis } from '../../src/model/diagnosis.ts';
import type { ProbeReason } from '../../src/model/observation.ts';
import {
  dead,
  failingTraffic,
  noticesOf,
  nowMs,
  replicaView,
  type SiteChange,
  siteView,
  type ViewChange,
  view,
} from './support/view.ts';

function diagnosisOf(site: SiteChange, change: ViewChange = {}): SiteDiagnosis {
  const left = siteView('left', site);
  return diagnoseSite(view({ ...change, sites: [left, siteView('right')] }), left, nowMs);
}

const gone = replicaView({ state: 'gone', conditions: [{ state: 'bad', reason: 'Refused' }], proof: null });
const late = { left: { attempts: 100, late: 80 } };

test.for<{ name: string; site: SiteChange; change?: ViewChange; expected: Partial<SiteDiagnosis> }>([
  { name: 'healthy when all is good', site: {}, expected: { code: 'Healthy', actionable: false, ready: ['left-0'] } },
  {
    name: 'healthy, with nothing to count on, when its only replica will be gone in a moment',
    site: { notices: noticesOf({ replicaId: 'left-0' }) },
    expected: {
      code: 'Healthy',
      ready: [],
      leaving: ['left-0'],
      message: '0 of 1 ready, 1 leaving (preemption of left-0)',
    },
  },
  {
    name: 'no worse for a provider whose notices cannot be read',
    site: { notices: { told: [], unseen: 'too many calls' } },
    expected: { code: 'Healthy', ready: ['left-0'], message: '1 of 1 ready' },
  },
  { name: 'empty when the provider lists nothing', site: { replicas: [] }, expected: { code: 'SiteEmpty' } },
  {
    name: 'not seen, never empty, when the provider cannot list',
    site: { replicas: [], unseen: true },
    expected: { code: 'ViewLost', message: 'no answer' },
  },
  {
    name: 'not seen while no observation is fresh',
    site: { all: { state: 'unknown' } },
    expected: { code: 'ViewLost', actionable: false },
  },
  {
    name: 'dead by the provider alone is no ground to act (I9)',
    site: { replicas: [replicaView({ state: 'gone', conditions: [] })] },
    expected: { code: 'SiteDead', actionable: false },
  },
  { name: 'starting while the model loads', site: { all: { state: 'starting' } }, expected: { code: 'Starting' } },
  {
    name: 'degraded when one of two is bad',
    site: { wanted: 2, replicas: [replicaView(), replicaView({ slot: 1, conditions: [{ state: 'bad' }] })] },
    expected: { code: 'SiteDegraded', actionable: false, message: '1 of 2 bad: TimedOut' },
  },
  {
    name: 'degraded while one of two loads',
    site: { wanted: 2, replicas: [replicaView(), replicaView({ slot: 1, conditions: [{ state: 'starting' }] })] },
    expected: { code: 'SiteDegraded', actionable: false, message: '1 of 2 loading or not seen' },
  },
  {
    name: 'degraded when only users see it bad (I9)',
    site: {},
    change: { traffic: { left: failingTraffic } },
    expected: { code: 'SiteDegraded', actionable: false },
  },
  {
    name: 'degraded when only users see it slow (I9)',
    site: {},
    change: { traffic: late },
    expected: { code: 'SiteDegraded', actionable: false },
  },
  {
    name: 'not actionable by probes alone (I9)',
    site: dead,
    expected: { code: 'SiteDead', actionable: false, planes: ['data'] },
  },
  {
    name: 'actionable by probes and users',
    site: dead,
    change: { traffic: { left: failingTraffic } },
    expected: { actionable: true, planes: ['data', 'traffic'], servesNothing: true },
  },
  {
    name: 'actionable by probes and the provider',
    site: { replicas: [gone] },
    expected: { code: 'SiteDead', actionable: true, planes: ['data', 'control'] },
  },
  {
    name: 'not actionable by statistics that are old',
    site: dead,
    change: { traffic: { left: failingTraffic }, trafficAgoMs: 3001 },
    expected: { actionable: false },
  },
  {
    name: 'actionable by statistics just fresh enough',
    site: dead,
    change: { traffic: { left: failingTraffic }, trafficAgoMs: 3000 },
    expected: { actionable: true },
  },
  {
    name: 'not actionable when statistics cannot be read',
    site: dead,
    change: { traffic: null },
    expected: { actionable: false },
  },
  {
    name: 'slow and still serving',
    site: { all: { state: 'slow', reason: 'FirstTokenLate' } },
    change: { traffic: late },
    expected: { code: 'SiteSlow', actionable: true, servesNothing: false },
  },
  {
    name: 'bad because late, and still serving',
    site: { all: { state: 'bad', reason: 'FirstTokenLate' } },
    expected: { code: 'SiteSlow', servesNothing: false },
  },
  {
    name: 'slow by its times alone',
    site: { all: { state: 'slow', reason: undefined } },
    expected: { code: 'SiteSlow' },
  },
  {
    name: 'judged without the replicas that are being stopped',
    site: {
      wanted: 2,
      replicas: [replicaView(), replicaView({ slot: 1, state: 'stopping', conditions: [{ state: 'bad' }] })],
    },
    expected: { code: 'Healthy' },
  },
])('is $name', ({ site, change, expected }) => {
  expect(diagnosisOf(site, change)).toMatchObject(expected);
});

test.for<[ProbeReason, SiteDiagnosis['code']]>([
  ['Refused', 'SiteDead'],
  ['Reset', 'SiteDead'],
  ['ReplicaGone', 'SiteDead'],
  ['WrongModel', 'WrongModel'],
  ['FirstTokenLate', 'SiteSlow'],
  ['BadStatus', 'SiteErrors'],
  ['BadAnswer', 'SiteErrors'],
  ['WrongText', 'SiteErrors'],
  ['Loading', 'SiteErrors'],
  ['CannotSee', 'SiteErrors'],
])('probes that end with %s make it %s', ([reason, code]) => {
  expect(diagnosisOf({ all: { state: 'bad', reason } }).code).toBe(code);
});

test.for(['TimedOut', 'NoTokens', 'Stalled'] as const)(
  'an engine that ends with %s is stalled while its health answers, and dead when it does not',
  (reason) => {
    const bad = { state: 'bad', reason } as const;
    const withHealth = replicaView({ conditions: [bad, { probe: 'http', state: 'good' }], proof: null });
    const without = replicaView({ conditions: [bad, { probe: 'http', state: 'bad' }], proof: null });
    expect(diagnosisOf({ replicas: [withHealth] }).code).toBe('EngineStalled');
    expect(diagnosisOf({ replicas: [without] }).code).toBe('SiteDead');
  },
);

test('two vantages that agree are enough without another plane, and a quorum of three asks for three (I9)', () => {
  const seenBy = (...vantages: string[]): SiteChange => ({
    replicas: [replicaView({ conditions: vantages.map((vantage) => ({ vantage, state: 'bad' })), proof: null })],
  });
  expect(diagnosisOf(seenBy('here')).actionable).toBe(false);
  expect(diagnosisOf(seenBy('here', 'far')).actionable).toBe(true);
  const three = { policy: { detector: { quorum: 3 } } };
  expect(diagnosisOf(seenBy('here', 'far'), three).actionable).toBe(false);
  expect(diagnosisOf(seenBy('here', 'far', 'moon'), three)).toMatchObject({
    actionable: true,
    vantages: ['here', 'far', 'moon'],
  });
});

test('a replica the provider calls gone has no start-up grace once its probe failed', () => {
  const starting = { state: 'starting', failuresInARow: 1 } as const;
  const [wasGone, fresh] = [
    replicaView({ state: 'gone', conditions: [starting] }),
    replicaView({ conditions: [starting] }),
  ];
  expect(diagnosisOf({ replicas: [wasGone] }).code).toBe('SiteDead');
  expect(diagnosisOf({ replicas: [fresh] }).code).toBe('Starting');
});

test('is bad as a whole since its last replica became so, as of its newest evidence', () => {
  const bad = (slot: number, agoMs: number): ReturnType<typeof replicaView> =>
    replicaView({
      slot,
      conditions: [{ state: 'bad', sinceMs: nowMs - agoMs, asOfMs: nowMs - agoMs / 10 }],
      proof: null,
    });
  expect(diagnosisOf({ wanted: 2, replicas: [bad(0, 9000), bad(1, 2000)] })).toMatchObject({
    sinceMs: nowMs - 2000,
    asOfMs: nowMs - 200,
  });
});

test('a replica that is gone is bad since its answers stopped, however long they were good before', () => {
  const served = { state: 'good', sinceMs: nowMs - 60_000, failuresInARow: 1, failingSinceMs: nowMs - 400 } as const;
  const wasGone = replicaView({ state: 'gone', conditions: [served], proof: null });
  expect(diagnosisOf({ replicas: [wasGone] })).toMatchObject({ code: 'SiteDead', sinceMs: nowMs - 400 });
});

test('a standby whose replicas are all stopped is empty, not dead; a site with weight is', () => {
  const stopped = [replicaView({ state: 'stopped', url: undefined, conditions: [], proof: null })];
  const standby = siteView('right', { standby: 'warm', replicas: stopped });
  expect(diagnoseSite(view({ sites: [siteView('left'), standby] }), standby, nowMs)).toMatchObject({
    code: 'SiteEmpty',
    ready: [],
  });
  expect(diagnosisOf({ replicas: stopped })).toMatchObject({ code: 'SiteDead', actionable: false });
});

test('stopped replicas of a site with weight are not seen while its provider cannot be read', () => {
  const stopped = [replicaView({ state: 'stopped', url: undefined, conditions: [], proof: null })];
  expect(diagnosisOf({ replicas: stopped, unseen: true })).toMatchObject({ code: 'ViewLost' });
});

test('a site serves something while one of its replicas is only late, whichever comes first', () => {
  const bad = (slot: number, reason: ProbeReason): ReturnType<typeof replicaView> =>
    replicaView({ slot, conditions: [{ state: 'bad', reason }], proof: null });
  const both = { wanted: 2, replicas: [bad(0, 'FirstTokenLate'), bad(1, 'Refused')] };
  expect(diagnosisOf(both).servesNothing).toBe(false);
  expect(diagnosisOf({ ...both, replicas: both.replicas.toReversed() }).servesNothing).toBe(false);
});

test('replicas that load or are not seen, beside bad ones, leave it open whether the site serves something', () => {
  const bad = replicaView({ conditions: [{ state: 'bad', reason: 'Refused' }], proof: null });
  const unseen = replicaView({ slot: 1, conditions: [{ state: 'unknown' }] });
  expect(diagnosisOf({ wanted: 2, replicas: [bad, unseen] })).toMatchObject({ code: 'SiteDead', servesNothing: false });
});

test('bad evidence without any word of why still says so', () => {
  const mute = { state: 'slow', reason: undefined, detail: undefined } as const;
  expect(diagnosisOf({ all: mute }).message).toMatch(/^bad; /);
  expect(diagnosisOf({ all: { ...mute, detail: 'p95 900 ms' } }).message).toMatch(/^p95 900 ms; /);
});

test('a mixture of loading and unseen replicas is no failure', () => {
  const loading = replicaView({ conditions: [{ state: 'starting' }] });
  const unseen = replicaView({ slot: 1, conditions: [{ state: 'unknown' }] });
  expect(diagnosisOf({ wanted: 2, replicas: [loading, unseen] }).code).toBe('Starting');
  const gone = replicaView({ state: 'gone', conditions: [{ state: 'unknown', failuresInARow: 0 }] });
  expect(diagnosisOf({ replicas: [gone] }).code).toBe('SiteDead');
});

test('what is gone says nothing once its slot is filled again', () => {
  const reborn = replicaView({ id: 'left-0b', bootId: 'boot-2' });
  expect(diagnosisOf({ replicas: [gone, reborn] })).toMatchObject({ code: 'Healthy', ready: ['left-0b'] });
  const elsewhere = replicaView({ id: 'left-1', slot: 1 });
  expect(diagnosisOf({ replicas: [gone, elsewhere] })).toMatchObject({ code: 'SiteDegraded' });
});
