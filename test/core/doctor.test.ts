import { expect, test } from 'vitest';
import { siteFindings } from '../../src/core/doctor.ts';
import type { AccessReport, PermissionCheck, QuotaCheck } from '../../src/model/access.ts';
import type { Demand, Finding } from '../../src/model/doctor.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { Site } from '../../src/model/site.ts';

const ohio: Site = {
  name: 'ohio',
  provider: 'aws',
  region: 'us-east-2',
  residency: [],
  failureDomains: ['us'],
  settings: {},
};
const start: PermissionCheck = { name: 'ec2:StartInstances', use: 'operate', granted: 'yes' };
const run: PermissionCheck = { name: 'ec2:RunInstances', use: 'create', granted: 'yes' };
const p5: QuotaCheck = { name: 'vCPUs of p5', family: 'p5', limit: 192, used: 0, perReplica: 96 };
const cold: Demand = { deployment: 'chat', wanted: 2, lacking: 2, needsNew: true };
const there: Demand = { ...cold, lacking: 0, needsNew: false };

function report(over: Partial<AccessReport> = {}): Seen<AccessReport> {
  const value = { permissions: [start, run], excess: [], parts: [], quotas: [p5], clockSkewMs: 0, ...over };
  return { kind: 'seen', value, asOfMs: 0 };
}

/** `area outcome` of every finding, with those of one area in full. */
function outcomes(seen: Seen<AccessReport> | undefined, demands: readonly Demand[] = [cold]) {
  const { findings, notAsked } = siteFindings(ohio, seen, demands);
  const of = (area: Finding['area']) => findings.filter((each) => each.area === area);
  return { findings, notAsked, of, all: findings.map(({ area, outcome }) => `${area} ${outcome}`) };
}

test('all is well: nothing is bad, nothing is unknown, nothing was not asked', () => {
  const { all, notAsked } = outcomes(report({ parts: [{ name: 'template', present: 'yes' }] }));
  expect(all).toEqual(['access ok', 'excess ok', 'parts ok', 'quota ok', 'clock ok']);
  expect(notAsked).toEqual([]);
});

test('a provider that cannot be asked gives no finding at all, and says so', () => {
  const { findings, notAsked } = outcomes(undefined);
  expect(findings).toEqual([]);
  expect(notAsked.map(({ area }) => area)).toEqual(['access', 'excess', 'parts', 'quota', 'clock']);
  expect(notAsked[0]?.why).toBe('the provider aws cannot be asked');
});

test.for([
  { errorClass: 'auth', outcome: 'bad', isAccess: true },
  { errorClass: 'throttled', outcome: 'unknown', isAccess: undefined },
  { errorClass: 'unknown', outcome: 'unknown', isAccess: undefined },
] as const)('a report that fails with $errorClass is $outcome', ({ errorClass, outcome, isAccess }) => {
  const { findings } = outcomes({ kind: 'unknown', error: { class: errorClass, code: 'Code', message: 'said so' } });
  expect(findings).toMatchObject([{ area: 'access', outcome, where: 'ohio', why: 'Code: said so' }]);
  expect(findings[0]?.isAccess).toBe(isAccess);
});

test.for([
  { name: 'a right to operate is missed always', check: start, demands: [there], outcome: 'bad' },
  { name: 'a right to make is missed where machines have to be made', check: run, demands: [cold], outcome: 'bad' },
  {
    name: 'where all are there, a right to make that is missing is only told',
    check: run,
    demands: [there],
    outcome: 'ok',
  },
] as const)('$name', ({ check, demands, outcome }) => {
  const { of } = outcomes(report({ permissions: [{ ...check, granted: 'no', message: 'denied' }] }), demands);
  expect(of('access')).toMatchObject([{ outcome, what: expect.stringContaining(check.name) }]);
});

test('a missing right says what the cloud said, and how to grant it', () => {
  const { of } = outcomes(report({ permissions: [{ ...start, granted: 'no', message: 'denied' }] }));
  expect(of('access')[0]).toMatchObject({
    ...{ what: 'ec2:StartInstances is missing (operate)', why: 'denied', isAccess: true },
    todo: 'grant it: godwit policy print aws --site ohio',
  });
});

test('a right that was asked for without an answer is unknown; one with nothing to ask it of was not asked', () => {
  const asked: PermissionCheck = { ...start, granted: 'unknown', message: 'timeout' };
  expect(outcomes(report({ permissions: [asked] })).of('access')).toMatchObject([
    { outcome: 'unknown', why: 'timeout' },
  ]);
  const { of, notAsked } = outcomes(report({ permissions: [{ ...asked, notAsked: true, message: 'no machine' }] }));
  expect(of('access')).toEqual([]);
  expect(notAsked).toEqual([{ area: 'access', where: 'ohio', why: 'ec2:StartInstances: no machine' }]);
});

test('a right too many is bad, and a matter of rights', () => {
  expect(outcomes(report({ excess: ['ec2:CreateTags with any key'] })).of('excess')).toMatchObject([
    { outcome: 'bad', isAccess: true, what: 'granted and not needed: ec2:CreateTags with any key' },
  ]);
});

test.for([
  { present: 'yes', outcome: 'ok' },
  { present: 'no', outcome: 'bad' },
  { present: 'unknown', outcome: 'unknown' },
] as const)('a part that is there: $present is $outcome', ({ present, outcome }) => {
  expect(outcomes(report({ parts: [{ name: 'subnet', present }] })).of('parts')).toMatchObject([{ outcome }]);
});

test.for([
  { name: 'exactly enough', quotas: [p5], outcome: 'ok' },
  { name: 'one too little', quotas: [{ ...p5, used: 1 }], outcome: 'bad' },
  { name: 'none at all', quotas: [{ ...p5, limit: 0 }], outcome: 'bad' },
  {
    name: 'another family has room',
    quotas: [
      { ...p5, limit: 0 },
      { ...p5, family: 'p4d' },
    ],
    outcome: 'ok',
  },
  { name: 'of one family both must have room', quotas: [p5, { ...p5, name: 'everywhere', limit: 0 }], outcome: 'bad' },
] as const)('quota: $name is $outcome', ({ quotas, outcome }) => {
  expect(outcomes(report({ quotas })).of('quota')).toMatchObject([{ outcome }]);
});

test('a quota that is too small says what is there and what is needed', () => {
  expect(outcomes(report({ quotas: [{ ...p5, limit: 0 }] })).of('quota')[0]?.what).toBe(
    'no room for what chat lacks: vCPUs of p5: quota 0, used 0, needs 192 for 2 replicas',
  );
});

test('what runs is not seen: whether the quota is enough is unknown, not ok', () => {
  const { of } = outcomes(report(), [{ ...cold, lacking: undefined }]);
  expect(of('quota')).toMatchObject([{ outcome: 'unknown' }]);
});

test('what is lacking is added up over the deployments of a site', () => {
  const other: Demand = { ...cold, deployment: 'embed', lacking: 1 };
  expect(outcomes(report(), [cold, other]).of('quota')).toMatchObject([{ outcome: 'bad' }]);
  expect(outcomes(report(), [{ ...cold, lacking: 1 }, other]).of('quota')).toMatchObject([{ outcome: 'ok' }]);
});

test('no quota is told: that is said, and no finding', () => {
  const { of, notAsked } = outcomes(report({ quotas: [] }));
  expect(of('quota')).toEqual([]);
  expect(notAsked).toMatchObject([{ area: 'quota' }]);
});

test.for([
  { skewMs: 60_000, outcome: 'ok' },
  { skewMs: 60_001, outcome: 'bad' },
  { skewMs: -60_000, outcome: 'ok' },
  { skewMs: -60_001, outcome: 'bad' },
] as const)('a clock that is $skewMs ms ahead is $outcome', ({ skewMs, outcome }) => {
  expect(outcomes(report({ clockSkewMs: skewMs })).of('clock')).toMatchObject([{ outcome }]);
});
