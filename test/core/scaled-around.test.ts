/** What the rest of the core makes of a scale: the table, the ends, the order of things, what is foretold and read back. */
import { describe, expect, test } from 'vitest';
import { dangerOf } from '../../src/core/danger.ts';
import { decide } from '../../src/core/decide.ts';
import { costForecast, siteForecasts } from '../../src/core/effect.ts';
import { isReached } from '../../src/core/plan/reached.ts';
import { routeEntryFor } from '../../src/core/publish.ts';
import { standingAfter } from '../../src/core/standing-after.ts';
import { checkSteps, verdictOf, type WorldSeen } from '../../src/core/verdict.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Standing } from '../../src/model/standing.ts';
import type { StepSight } from '../../src/model/step-sight.ts';
import type { View } from '../../src/model/view.ts';
import { actionOf } from './support/rules.ts';
import {
  blackhole,
  failingLeft,
  lost,
  noticesOf,
  nowMs,
  operationOf,
  planOf,
  replicaOf,
  replicaView,
  requestOf,
  routeOf,
  siteView,
  view,
} from './support/view.ts';

const stays = { left: 100, right: 0 };
const trim: Step = {
  ...{ kind: 'trim', name: '2-trim left to 2', site: 'left', keep: 2, how: 'delete' },
  ...{ drainMs: 30_000, takes: 2, deadlineMs: 1 },
};
const scale = { site: 'left', replicas: 2, before: 4, instead: 4, isTakenBack: false } as const;
const plan: Partial<Plan> = { kind: 'scale', trigger: 'manual', before: stays, after: stays, steps: [trim], scale };

function underWay(state: Operation['state'] = 'shifting', change: Partial<Plan> = {}): Operation {
  const { endedAtMs: _, ...open } = operationOf({ id: 'op-7', state, plan: { ...plan, ...change } });
  return { ...open, endedAtMs: undefined };
}

describe('the table of the gateway', () => {
  const terms = { epoch: 5, routeVersion: 8, journalHead: 'abc' };
  const leftOf = (seen: View, weights = stays) => {
    const { sites, spill } = routeEntryFor(seen, { ...terms, weights });
    const states = sites.find(({ site }) => site === 'left')?.replicas.map(({ state }) => state);
    return { states: states?.join(' '), spills: spill.some(({ site }) => site === 'left') };
  };
  const replicas = (...unproven: readonly number[]) =>
    [0, 1, 2, 3].map((slot) =>
      replicaView({ slot, ...(unproven.includes(slot) ? { conditions: [{ state: 'bad' as const }] } : {}) }),
    );
  const seen = (change: Partial<Parameters<typeof view>[0]> = {}, unproven: readonly number[] = []) =>
    view({ sites: [siteView('left', { wanted: 4, replicas: replicas(...unproven) }), siteView('right')], ...change });

  test.for<{ name: string; open: Operation; unproven?: readonly number[]; states: string }>([
    {
      name: 'gives nothing new to what is beyond the number',
      open: underWay(),
      states: 'serving serving draining draining',
    },
    { name: 'not before the step begins', open: underWay('waking'), states: 'serving serving serving serving' },
    { name: 'not while it is held', open: underWay('held'), states: 'serving serving serving serving' },
    {
      name: 'not at another site',
      open: underWay('shifting', { steps: [{ ...trim, site: 'right' }] }),
      states: 'serving serving serving serving',
    },
    {
      name: 'leaves one that serves where none of those that stay does',
      ...{ open: underWay(), unproven: [0, 1], states: 'suspect suspect serving draining' },
    },
    {
      name: 'takes nothing out where nothing serves',
      ...{ open: underWay(), unproven: [0, 1, 2, 3], states: 'suspect suspect suspect suspect' },
    },
    {
      name: 'leaves the lowest that serves',
      ...{ open: underWay(), unproven: [0, 1, 2], states: 'suspect suspect draining serving' },
    },
  ])('$name', ({ open, unproven = [], states }) => {
    expect(leftOf(seen({ open }, unproven)).states).toBe(states);
  });

  test('without weight nothing is left for the sake of serving, and nothing spills there', () => {
    const away = { left: 0, right: 100 };
    const change = { open: underWay('shifting', { steps: [{ ...trim, keep: 0 }] }), weights: away };
    expect(leftOf(seen(change), away)).toEqual({ states: 'draining draining draining draining', spills: false });
  });

  test('what its provider takes away is none of those that stay', () => {
    const leaving = noticesOf({ replicaId: 'left-0' }, { replicaId: 'left-1' });
    const site = siteView('left', {
      wanted: 3,
      replicas: replicas().slice(0, 3),
      ...(leaving && { notices: leaving }),
    });
    const states = leftOf(view({ sites: [site, siteView('right')], open: underWay() })).states;
    expect(states?.split(' ')).toContain('serving');
  });
});

describe('what stands afterwards', () => {
  const by = operationOf().by;
  const base = { deployment: 'chat', by, atMs: 1, reason: undefined, untilMs: undefined };
  const scaled: Standing = { ...base, kind: 'scale', site: 'left', replicas: 4, instead: 2 };
  const kept: Standing = { ...base, kind: 'weights', weights: { left: 60, right: 40 }, instead: stays };
  const out: Standing = { ...base, kind: 'out', site: 'left', isStopped: true };
  const endsOf = (state: Operation['state'], change: Partial<Plan>, present: readonly Standing[] = []) =>
    standingAfter(operationOf({ state, plan: { ...plan, ...change } }), { present, inForce: stays, nowMs }).map(
      ({ key, standing }) => [key, standing === undefined ? 'gone' : standing.kind],
    );

  test('the number, only when it is done', () => {
    const [body] = standingAfter(operationOf({ plan }), { present: [], inForce: stays, nowMs });
    expect(body?.standing).toMatchObject({ kind: 'scale', site: 'left', replicas: 2, instead: 4, untilMs: undefined });
    for (const state of ['failed', 'returned', 'unknown'] as const) expect(endsOf(state, {})).toEqual([]);
  });

  test.for([
    {
      name: 'a second number takes the place of the first',
      change: {},
      present: [scaled],
      ends: [['scale/left', 'scale']],
    },
    {
      name: 'the configured number takes it back',
      change: { scale: { ...scale, isTakenBack: true } },
      ...{ present: [scaled], ends: [['scale/left', 'gone']] },
    },
    {
      name: 'one of another site stays',
      change: { scale: { ...scale, site: 'right', isTakenBack: true } },
      ...{ present: [scaled], ends: [] },
    },
    {
      name: 'a site that a person emptied is in use again',
      change: {},
      present: [out],
      ends: [
        ['out/left', 'gone'],
        ['scale/left', 'scale'],
      ],
    },
    {
      name: 'not by a number of none',
      change: { scale: { ...scale, replicas: 0 } },
      ...{ present: [out], ends: [['scale/left', 'scale']] },
    },
  ])('$name', ({ change, present, ends }) => {
    expect(endsOf('done', change, present)).toEqual(ends);
  });

  const move: Partial<Plan> = { kind: 'switchover', after: { left: 60, right: 40 }, kept: { instead: stays } };
  test('weights that are to be kept stand in place of the configured ones, until those are kept again', () => {
    const { scale: _, ...moved } = { ...plan, ...move };
    const ended = (change: Partial<Plan>) => operationOf({ plan: { ...moved, ...change } });
    const aftermath = { present: [kept], inForce: stays, nowMs };
    expect(standingAfter(ended({}), { ...aftermath, present: [] })).toMatchObject([
      { key: 'weights', standing: { kind: 'weights', weights: { left: 60, right: 40 }, instead: stays } },
    ]);
    expect(standingAfter(ended({ after: stays }), aftermath)).toMatchObject([
      { key: 'weights', why: expect.any(String) },
    ]);
    expect(standingAfter(ended({ after: stays }), aftermath)[0]?.standing).toBeUndefined();
  });
});

describe('what comes first', () => {
  test.for([
    { name: 'a scale that waits for a model', open: underWay('waking') },
    { name: 'a scale that takes away', open: underWay() },
    { name: 'what rebalances', open: underWay('shifting', { kind: 'switchover', trigger: 'rebalance' }) },
  ])('$name keeps no failover waiting', ({ open }) => {
    expect(decide(failingLeft({ open }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'failover' } });
  });

  const wish = requestOf({ kind: 'scale', from: 'right', replicas: 3 });
  const rebalance = requestOf({ kind: 'scale', from: 'right', replicas: 3, trigger: 'rebalance' });
  test('a person scales while what rebalances is under way; what rebalances waits for anything', () => {
    const open = underWay('shifting', { kind: 'switchover', trigger: 'rebalance' });
    expect(decide(view({ open, request: wish }), nowMs)).toMatchObject({ kind: 'act', action: { kind: 'scale' } });
    for (const trigger of ['manual', 'automatic', 'rebalance'] as const)
      expect(decide(view({ open: underWay('waking', { trigger }), request: rebalance }), nowMs)).toMatchObject({
        ...{ kind: 'stay', reasons: [{ code: 'OperationRunning' }] },
      });
  });

  test('what rebalances comes after what automation is about to do', () => {
    const empty = siteView('left', { wanted: 2, replicas: [replicaView()] });
    const seen = view({ sites: [empty, siteView('right')], request: rebalance });
    expect(decide(seen, nowMs)).toMatchObject({ kind: 'act', action: { kind: 'start', trigger: 'automatic' } });
    expect(decide(view({ request: rebalance }), nowMs)).toMatchObject({
      ...{ kind: 'act', action: { kind: 'scale', trigger: 'rebalance', scale: { site: 'right', replicas: 3 } } },
    });
  });

  test.for([
    { name: 'a drill', seen: { ...view({ request: rebalance }), faults: [blackhole()] }, code: 'DrillRunning' },
    {
      name: 'a drill that may be held',
      seen: { ...view({ request: rebalance }), mayBeDrilled: true as const },
      code: 'DrillRunning',
    },
    {
      name: 'a pause',
      seen: view({
        request: rebalance,
        standing: [
          { kind: 'pause', deployment: 'chat', by: operationOf().by, atMs: 1, reason: 'so', untilMs: undefined },
        ],
      }),
      code: 'Paused',
    },
  ])('nothing is rebalanced during $name', ({ seen, code }) => {
    expect(decide(seen, nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code }] });
  });

  test('exact weights are moved to as they are, and kept', () => {
    const weights = { left: 60, right: 40 };
    const seen = view({ request: requestOf({ kind: 'switchover', weights, keeps: true }) });
    expect(decide(seen, nowMs)).toMatchObject({
      ...{ kind: 'act', action: { kind: 'switchover', from: 'left', weights, kept: { instead: stays } } },
    });
    const there = view({ weights, request: requestOf({ kind: 'switchover', weights }) });
    expect(decide(there, nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code: 'AlreadyThere' }] });
    const unkept = view({ weights, request: requestOf({ kind: 'switchover', weights, keeps: true }) });
    expect(decide(unkept, nowMs)).toMatchObject({ kind: 'act', action: { kept: { instead: stays } } });
  });

  test('a site of the weights that the deployment does not have', () => {
    const request = requestOf({ kind: 'switchover', weights: { left: 60, up: 40 } });
    expect(decide(view({ request }), nowMs)).toMatchObject({ kind: 'stay', reasons: [{ code: 'NoReadyCapacity' }] });
  });
});

describe('what is foretold and read back', () => {
  const four = siteView('left', { wanted: 4, ratedRps: 5, usdPerHour: 3 });
  const seen = view({ sites: [four, siteView('right', { usdPerHour: 2 })] });

  test('the replicas that are wanted and stopped, what is left to serve, and what it costs then', () => {
    expect(siteForecasts(seen, planOf(plan), nowMs)[0]).toMatchObject({
      ...{ wanted: 2, starts: 0, trims: 2, ends: 'nothing', thenCapacityRps: 10 },
    });
    expect(costForecast(seen, planOf(plan))).toEqual({ nowUsdPerHour: 14, thenUsdPerHour: 8 });
  });

  test.for([
    { replicas: 1, why: [] },
    { replicas: 0, why: [expect.stringContaining('right is the only other ready site beside left')] },
  ])('$replicas at a site without traffic: severe $why', ({ replicas, why }) => {
    const scaling = { site: 'right', replicas, before: 1, instead: 1, isTakenBack: false, how: 'delete' } as const;
    const action = actionOf({ kind: 'scale', from: 'right', weights: stays, scale: scaling });
    expect(dangerOf(seen, action, { isProtected: false, reason: undefined }, nowMs).why).toEqual(why);
  });

  const sightOf = (replicas: StepSight['replicas']): StepSight => ({
    ...{ beganAtMs: nowMs, isAcknowledged: false, route: { kind: 'unknown', error: lost }, replicas, ready: [] },
    ...{ traffic: { kind: 'unknown', error: lost }, faults: { kind: 'unknown', error: lost }, idleSinceMs: undefined },
    ...{ lackingSinceMs: undefined, inFlight: undefined, calmSinceMs: undefined },
  });
  const listed = (...changes: readonly Partial<Replica>[]) =>
    ({ kind: 'seen', value: [replicaOf(), ...changes.map(replicaOf)], asOfMs: nowMs }) as const;

  test.for([
    { name: 'runs', list: listed({ slot: 2 }), answer: 'no', verdict: 'as-before' },
    {
      name: 'is gone and unbilled',
      list: listed({ slot: 2, state: 'gone', billed: 'no' }),
      answer: 'yes',
      verdict: 'as-planned',
    },
    { name: 'is gone and billed', list: listed({ slot: 2, state: 'gone' }), answer: 'no', verdict: 'as-before' },
    {
      name: 'may be billed',
      list: listed({ slot: 2, state: 'gone', billed: 'unknown' }),
      answer: 'unknown',
      verdict: 'not-seen',
    },
    { name: 'is not listed', list: listed(), answer: 'yes', verdict: 'as-planned' },
    { name: 'is not read', list: { kind: 'unknown', error: lost } as const, answer: 'unknown', verdict: 'not-seen' },
  ] as const)('what is beyond the number $name: $answer, $verdict', ({ list, answer, verdict }) => {
    expect(isReached(trim, sightOf(list), nowMs)).toBe(answer);
    const world: WorldSeen = {
      route: { kind: 'seen', value: routeOf({ weights: { left: 0, right: 100 } }), asOfMs: nowMs },
      traffic: view().traffic,
      replicas: new Map([['left', { seen: list, listLagMs: 0 }]]),
    };
    // The weights are the same before and after: only the replicas tell which it is.
    const away = { left: 0, right: 100 };
    const operation = operationOf({ plan: { ...plan, before: away, after: away } });
    expect(verdictOf(operation, world)).toBe(verdict);
    expect(checkSteps(operation, world)).toMatchObject([{ step: trim.name }]);
  });
});
