import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/core/diagnose.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { againstAction } from '../../../src/core/requests.ts';
import { checkStep } from '../../../src/core/safety.ts';
import { wishAction } from '../../../src/core/wishes.ts';
import type { Reason, ReasonCode } from '../../../src/model/reason.ts';
import type { View } from '../../../src/model/view.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { dead, nowMs, operationOf, replicaView, requestOf, type SiteChange, siteView, view } from '../support/view.ts';

type Change = Parameters<typeof view>[0];

/** `left` has four and the traffic, `right` four: the half of all may go at once. */
function world(left: SiteChange = {}, change: Change = {}): View {
  const sites = [siteView('left', { wanted: 4, ratedRps: 5, ...left }), siteView('right', { wanted: 4, ratedRps: 5 })];
  return view({ sites, ...change, traffic: { left: { attempts: 100 }, right: { attempts: 0 }, ...change?.traffic } });
}

function planned(seen: View, replicas: number, wish: Partial<Wish> = {}) {
  const asked = { ...requestOf(), kind: 'scale', from: 'left', replicas, ...wish } as const;
  const wished = wishAction(seen, { ...asked, kind: 'scale' }, diagnose(seen, nowMs), nowMs);
  if (wished.kind === 'refused') throw new Error(wished.reason.message);
  return wished.action;
}

function codes(seen: View, replicas: number, wish: Partial<Wish> = {}): readonly ReasonCode[] {
  return against(seen, replicas, wish).map(({ code }) => code);
}

function against(seen: View, replicas: number, wish: Partial<Wish> = {}): readonly Reason[] {
  const action = planned(seen, replicas, wish);
  return againstAction(seen, action, diagnose(seen, nowMs), nowMs);
}

/** What is said at the step that takes away, of a plan that was made of a good view. */
function atTrim(seen: View, replicas: number, now: View): readonly ReasonCode[] {
  const plan = makePlan(planned(seen, replicas), seen, nowMs);
  const trim = plan.steps.find(({ kind }) => kind === 'trim');
  if (trim === undefined) throw new Error('nothing is trimmed');
  return checkStep(now, plan, trim, nowMs).map(({ code }) => code);
}

const word = {
  ...{ deployment: 'chat', atMs: nowMs, reason: undefined, untilMs: undefined },
  by: { kind: 'person', name: 'ada', host: 'desk', pid: 2 },
} as const;
const windowMs = 60_000;
const safety = (change: object): Change => ({ policy: { safety: change } });
const [deadLeft] = [siteView('left', { wanted: 4, ...dead })];
const unready = (...slots: readonly number[]): SiteChange => ({
  replicas: Array.from({ length: 4 }, (_, slot) =>
    replicaView({ site: 'left', slot, ...(slots.includes(slot) ? { proof: null } : {}) }),
  ),
});
const trimmed = (agoMs: number, takes: number, site = 'left') =>
  operationOf({
    agoMs,
    plan: {
      ...{ kind: 'scale', trigger: 'manual', from: site },
      steps: [{ kind: 'trim', name: '1-trim', site, keep: 4, how: 'delete', drainMs: 1, takes, deadlineMs: 1 }],
    },
  });

describe('fewer', () => {
  test.for([
    { name: 'half of the site', seen: world(), to: 2, against: [] },
    {
      name: 'none while it has traffic',
      seen: world(),
      to: 0,
      against: ['SourceNotFenced', 'CapacityFloor'],
    },
    { name: 'none without traffic', seen: world({}, { weights: { left: 0, right: 100 } }), to: 0, against: [] },
    {
      name: 'none without traffic while no other site is ready',
      seen: view({
        sites: [siteView('left', { wanted: 4 }), siteView('right', dead)],
        weights: { left: 0, right: 100 },
      }),
      to: 0,
      against: ['LastServingSite'],
    },
    {
      name: 'to one that is not proven',
      seen: world(unready(0)),
      to: 1,
      against: ['NoReadyCapacity', 'CapacityFloor'],
    },
    { name: 'where nothing serves', seen: world(dead), to: 2, against: ['NoReadyCapacity'] },
    {
      name: 'what is not ready itself, without traffic, while no other site is ready',
      seen: view({
        sites: [siteView('left', { wanted: 4, ...dead }), siteView('right', dead)],
        weights: { left: 0, right: 100 },
      }),
      to: 0,
      against: ['LastServingSite'],
    },
    { name: 'to two of which one is proven', seen: world({ ...unready(0), ratedRps: 20 }), to: 2, against: [] },
    {
      name: 'what stays can serve the load exactly',
      seen: world({}, { traffic: { left: { attempts: 100 } } }),
      to: 2,
      against: [],
    },
    {
      name: 'what stays cannot',
      seen: world({}, { traffic: { left: { attempts: 101 } } }),
      to: 2,
      against: ['CapacityFloor'],
    },
    {
      name: 'nor with the headroom',
      seen: world({}, { ...safety({ headroomRatio: 0.1 }), traffic: { left: { attempts: 100 } } }),
      to: 2,
      against: ['CapacityFloor'],
    },
    { name: 'as much as must be ready', seen: world({}, safety({ minReadyRatio: 0.75 })), to: 2, against: [] },
    {
      name: 'less than must be ready',
      seen: world({}, safety({ minReadyRatio: 0.76 })),
      to: 2,
      against: ['CapacityFloor'],
    },
    { name: 'with the gateway away', seen: world({}, { noRoute: 'unseen' }), to: 2, against: ['DriverUnreachable'] },
    {
      name: 'in a freeze',
      seen: world({}, safety({ freeze: [{ fromMs: nowMs - 1, untilMs: nowMs + 1, reason: 'sales', allow: [] }] })),
      to: 2,
      against: ['Frozen'],
    },
  ])('$name: $against', ({ seen, to, against }) => {
    expect(codes(seen, to)).toEqual(against);
  });

  test('what takes too much says how many may go at this moment', () => {
    const sites = [siteView('left', { wanted: 7 }), siteView('right')];
    const seen = view({ sites, ...safety({ removalWindowMs: windowMs }) });
    expect(against(seen, 1).map(({ message }) => message)).toEqual([
      'would take 75 % of what is ready at once, at most 50 %; 4 replicas may go now',
    ]);
  });

  test.for([
    { name: 'half of all that is ready', left: 4, right: 2, to: 1, recent: [], against: [] },
    { name: 'more than half of it', left: 4, right: 1, to: 1, recent: [], against: ['RemovalVelocity'] },
    {
      name: 'half together with what went before',
      left: 3,
      right: 2,
      to: 1,
      recent: [trimmed(windowMs - 1, 1)],
      against: [],
    },
    {
      name: 'more than half together with it',
      left: 3,
      right: 2,
      to: 1,
      recent: [trimmed(windowMs - 1, 2)],
      against: ['RemovalVelocity'],
    },
    { name: 'after its window', left: 3, right: 2, to: 1, recent: [trimmed(windowMs, 2)], against: [] },
    {
      name: 'while another site was trimmed',
      left: 4,
      right: 4,
      to: 3,
      recent: [trimmed(windowMs - 1, 1, 'right')],
      against: ['RemovalVelocity'],
    },
  ])('in one window: $name', ({ left, right, to, recent, against }) => {
    const sites = [siteView('left', { wanted: left }), siteView('right', { wanted: right })];
    expect(codes(view({ sites, recent, ...safety({ removalWindowMs: windowMs }) }), to)).toEqual(against);
  });

  test('a person answers for more at once', () => {
    const sites = [siteView('left', { wanted: 4 }), siteView('right')];
    const seen = view({ sites, ...safety({ removalWindowMs: windowMs }) });
    expect(codes(seen, 1, { overrides: ['RemovalVelocity'] })).toEqual([]);
    expect(codes(seen, 1, { overrides: ['RemovalVelocity'], trigger: 'rebalance' })).toEqual(['RemovalVelocity']);
  });

  test.for([
    { name: 'all as planned', now: world(), against: [] },
    {
      name: 'those that stay died meanwhile',
      now: world(unready(0, 1)),
      against: ['NoReadyCapacity', 'CapacityFloor'],
    },
    {
      name: 'what stays serves too little by now',
      now: world({}, { traffic: { left: { attempts: 101 } } }),
      against: ['CapacityFloor'],
    },
    {
      name: 'what stays is not configured any more',
      now: view({ sites: [siteView('right')] }),
      against: ['SiteRemoved'],
    },
  ])('asked again before it goes: $name', ({ now, against }) => {
    expect(atTrim(world(), 2, now)).toEqual(against);
  });
});

describe('more', () => {
  const priced: SiteChange = { usdPerHour: 2 };
  const costs = (maxUsdPerHour: number): View =>
    view({
      sites: [siteView('left', { wanted: 2, ...priced }), siteView('right', { wanted: 1, ...priced })],
      ...safety({ maxUsdPerHour }),
    });
  test.for([
    { name: 'as much as it may cost', seen: costs(10), to: 4, against: [] },
    { name: 'more than that', seen: costs(9.9), to: 4, against: ['CostCeiling'] },
    { name: 'where it may not lie', seen: world({ residency: ['us'] }), to: 5, against: ['ResidencyBlocked'] },
  ])('$name: $against', ({ seen, to, against }) => {
    expect(codes(seen, to)).toEqual(against);
  });

  test('where it may not lie any more, asked again before it is started', () => {
    const seen = world();
    const plan = makePlan(planned(seen, 5), seen, nowMs);
    const [launch] = plan.steps;
    if (launch === undefined) throw new Error('nothing is launched');
    expect(checkStep(world({ residency: ['us'] }), plan, launch, nowMs)).toMatchObject([{ code: 'ResidencyBlocked' }]);
  });

  test('one thing at a time in a failure domain (I13)', () => {
    const other = operationOf({
      ...{ id: 'op-2', state: 'shifting' },
      plan: { deployment: 'mail', kind: 'scale', from: 'left', before: { left: 100 }, after: { left: 100 } },
    });
    const { endedAtMs: _, ...open } = other;
    const seen = world({}, { others: [{ ...open, endedAtMs: undefined }], domains: { left: ['a'], right: ['b'] } });
    expect(codes(seen, 5)).toEqual(['FailureDomainBusy']);
  });
});

describe('what rebalances', () => {
  const rebalance = { trigger: 'rebalance' } as const;
  const moved = (change: {
    agoMs: number;
    trigger: 'manual' | 'automatic' | 'rebalance';
    kind: 'failover' | 'shift';
  }) => operationOf({ agoMs: change.agoMs, plan: { trigger: change.trigger, kind: change.kind } });
  test.for([
    { name: 'as a person', seen: world(), against: [] },
    {
      name: 'not while a site with traffic fails',
      seen: view({ sites: [deadLeft ?? siteView('left'), siteView('right')] }),
      against: ['SiteFailing'],
    },
    {
      name: 'not soon after a person moved',
      seen: world({}, { recent: [moved({ agoMs: 599_999, trigger: 'manual', kind: 'shift' })] }),
      against: ['DwellTime'],
    },
    {
      name: 'but after the dwell',
      seen: world({}, { recent: [moved({ agoMs: 600_000, trigger: 'manual', kind: 'shift' })] }),
      against: [],
    },
    {
      name: 'not soon after a failover',
      seen: world({}, { recent: [moved({ agoMs: 1_799_999, trigger: 'automatic', kind: 'failover' })] }),
      against: ['CoolDown'],
    },
    {
      name: 'but after the cool-down',
      seen: world({}, { recent: [moved({ agoMs: 1_800_000, trigger: 'automatic', kind: 'failover' })] }),
      against: [],
    },
    {
      name: 'not where a person wants nothing',
      seen: world({}, { standing: [{ ...word, kind: 'out', site: 'left', isStopped: true }] }),
      against: ['SiteOut'],
    },
    {
      name: 'at once after its own move',
      seen: world({}, { recent: [moved({ agoMs: 1, trigger: 'rebalance', kind: 'shift' })] }),
      against: [],
    },
  ])('$name: $against', ({ seen, against }) => {
    expect(codes(seen, 5, rebalance)).toEqual(against);
  });
});
