import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/core/diagnose.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { scaleTo } from '../../src/core/scale.ts';
import { wishAction } from '../../src/core/wishes.ts';
import type { Action } from '../../src/model/decision.ts';
import type { View } from '../../src/model/view.ts';
import { failedLaunch } from './support/launching.ts';
import { nowMs, replicaView, requestOf, type SiteChange, siteView, view } from './support/view.ts';

const four = Array.from({ length: 4 }, (_, slot) => replicaView({ site: 'left', slot }));

/** `left` is to have two, unless told otherwise; it has the traffic. */
function world(left: SiteChange = {}, change: Parameters<typeof view>[0] = {}): View {
  return view({ sites: [siteView('left', { wanted: 2, ...left }), siteView('right', { wanted: 2 })], ...change });
}

function actionTo(replicas: number, seen: View, site = 'left'): Action {
  const wish = { ...requestOf(), kind: 'scale', from: site, replicas } as const;
  const wished = wishAction(seen, wish, diagnose(seen, nowMs), nowMs);
  if (wished.kind === 'refused') throw new Error(wished.reason.message);
  return wished.action;
}

const stepsTo = (replicas: number, seen: View, site?: string): readonly string[] =>
  makePlan(actionTo(replicas, seen, site), seen, nowMs).steps.map(({ name }) => name);

describe('what is to be done', () => {
  test('up: the slots that are lacking, proven together with those that stand', () => {
    const seen = world();
    expect(stepsTo(4, seen)).toEqual(['1-launch left', '2-prove left']);
    const [launch, prove] = makePlan(actionTo(4, seen), seen, nowMs).steps;
    expect(launch).toMatchObject({ slots: [2, 3], bestEffort: false });
    expect(prove).toMatchObject({ replicas: 4, below: 4 });
  });

  test('down: those that stay are proven, what is beyond goes', () => {
    const seen = world({ wanted: 4 });
    expect(stepsTo(2, seen)).toEqual(['1-stamp', '2-prove left', '3-trim left to 2']);
    const trim = makePlan(actionTo(2, seen), seen, nowMs).steps[2];
    expect(trim).toMatchObject({ keep: 2, how: 'delete', takes: 2, drainMs: 30_000, deadlineMs: 95_000 });
  });

  test('down to none: nothing is left to be proven', () => {
    expect(stepsTo(0, world(), 'right')).toEqual(['1-stamp', '2-trim right to 0']);
  });

  test('a dead one among those that stay is replaced before any goes', () => {
    const [first, ...others] = four;
    const dead = replicaView({ site: 'left', slot: 0, state: 'gone', billed: 'no' });
    expect(first).toBeDefined();
    expect(stepsTo(2, world({ wanted: 4, replicas: [dead, ...others] }))).toEqual([
      ...['1-stamp', '2-launch left', '3-prove left', '4-trim left to 2'],
    ]);
  });

  test('it moves nothing: the weights after it are those that the gateway has', () => {
    const seen = { ...world(), inForce: { left: 0, right: 100 } };
    const plan = makePlan(actionTo(3, seen), seen, nowMs);
    expect([plan.before, plan.after]).toEqual([
      { left: 100, right: 0 },
      { left: 100, right: 0 },
    ]);
    const decided = actionTo(3, world({}, { weights: { left: 0, right: 100 } }));
    expect(makePlan(decided, seen, nowMs).after).toEqual({ left: 100, right: 0 });
  });

  test('what a scale that failed has left beyond the number goes', () => {
    expect(stepsTo(2, world({ replicas: four }))).toEqual(['1-stamp', '2-prove left', '3-trim left to 2']);
  });
});

describe('what stands in place of the configuration', () => {
  const configured = (replicas: number, standby: 'hot' | 'warm' | 'cold') => ({ configured: { replicas, standby } });
  const placed = (left: SiteChange, more: ReturnType<typeof configured>): View => {
    const seen = world(left);
    return {
      ...seen,
      sites: seen.sites.map((s) => (s.site.name === 'left' ? { ...s, placement: { ...s.placement, ...more } } : s)),
    };
  };

  test.for([
    { name: 'another number', seen: world(), to: 3, instead: 2, before: 2, isTakenBack: false, how: 'delete' },
    {
      name: 'the configured one',
      seen: placed({ wanted: 4 }, configured(2, 'hot')),
      to: 2,
      instead: 2,
      before: 4,
      isTakenBack: true,
      how: 'delete',
    },
    {
      name: 'a third',
      seen: placed({ wanted: 4 }, configured(2, 'hot')),
      to: 3,
      instead: 2,
      before: 4,
      isTakenBack: false,
      how: 'delete',
    },
    {
      name: 'one less of a warm standby in use',
      seen: world({ standby: 'warm' }),
      to: 1,
      instead: 2,
      before: 2,
      isTakenBack: false,
      how: 'stop',
    },
  ] as const)('$name', ({ seen, to, name: _, ...scale }) => {
    expect(actionTo(to, seen).scale).toEqual({ site: 'left', replicas: to, ...scale });
  });

  test.for([
    { name: 'its own number is that of a site in use', standby: 'cold', to: 2, replicas: [], isTakenBack: true },
    { name: 'one more is another number', standby: 'cold', to: 3, replicas: [], isTakenBack: false },
    { name: 'none is what it holds by itself', standby: 'cold', to: 0, replicas: undefined, isTakenBack: true },
    { name: 'of a hot one none is another number', standby: 'hot', to: 0, replicas: undefined, isTakenBack: false },
  ] as const)('without traffic: $name', ({ standby, to, replicas, isTakenBack }) => {
    const right = siteView('right', { wanted: 2, standby, ...(replicas === undefined ? {} : { replicas }) });
    const seen = view({ sites: [siteView('left', { wanted: 2 }), right] });
    expect(actionTo(to, seen, 'right').scale).toMatchObject({ isTakenBack });
  });
});

describe('what is refused', () => {
  const refusal = (seen: View, replicas: number, site = 'left') => {
    const scaling = scaleTo(seen, { site, replicas }, nowMs);
    return scaling.kind === 'refused' ? scaling.reason.code : 'action';
  };
  const launching = failedLaunch({ kind: 'scale', slot: 3, agoMs: 1000 });

  test.for([
    { name: 'a site it does not have', seen: world(), to: 3, site: 'up', code: 'NoReadyCapacity' },
    { name: 'a list that cannot be read', seen: world({ unseen: true }), to: 3, site: 'left', code: 'UnknownView' },
    { name: 'as many as it has', seen: world(), to: 2, site: 'left', code: 'AlreadyThere' },
    { name: 'more than it has', seen: world(), to: 3, site: 'left', code: 'action' },
    {
      name: 'what was launched a moment ago and may be beyond',
      seen: world({ listLagMs: 5000 }, { recent: [launching] }),
      ...{ to: 1, site: 'left', code: 'LaunchUnlisted' },
    },
    {
      name: 'the same once every list has to show it, of which only one was seen',
      seen: world({ listLagMs: 500 }, { recent: [launching] }),
      ...{ to: 1, site: 'left', code: 'LaunchUnlisted' },
    },
    {
      name: 'the same once two lists are without it',
      seen: world({ listLagMs: 500, listedEarlierMs: nowMs - 1000 }, { recent: [launching] }),
      ...{ to: 1, site: 'left', code: 'action' },
    },
  ])('$name: $code', ({ seen, to, site, code }) => {
    expect(refusal(seen, to, site)).toBe(code);
  });
});
