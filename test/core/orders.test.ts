import { expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { diagnose } from '../../src/core/diagnose.ts';
import { decideOrder } from '../../src/core/orders.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Standing } from '../../src/model/standing.ts';
import type { OrderKind } from '../../src/model/wish.ts';
import { dead, leavingSite, nowMs, operationOf, requestOf, siteView, type ViewChange, view } from './support/view.ts';

const weigh: Step = {
  kind: 'weigh',
  name: '2-weigh',
  weights: { left: 0, right: 100 },
  gate: undefined,
  deadlineMs: 1,
};
const stop: Step = { kind: 'stop', name: '3-stop', site: 'left', how: 'delete', deadlineMs: 1 };
const underWay = (change: Partial<Operation> = {}, steps: readonly Step[] = [weigh]): Operation => ({
  ...operationOf({ state: 'shifting', plan: { kind: 'shift', trigger: 'manual', steps } }),
  endedAtMs: undefined,
  ...change,
});
const by = { kind: 'person', name: 'ada', host: 'desk', pid: 2 } as const;
const order = (kind: Exclude<OrderKind, 'resume' | 'extend'>) => ({ kind, by, atMs: nowMs, reason: undefined });

function give(kind: OrderKind, change: ViewChange, request: Partial<Parameters<typeof requestOf>[0]> = {}) {
  const seen = view(change);
  const asked = requestOf({ kind, operationId: 'op-1', ...request });
  return decideOrder(seen, asked, kind, diagnose(seen, nowMs), nowMs);
}

test.for<{ kind: OrderKind; open: Operation; name: string }>([
  { kind: 'hold', open: underWay(), name: 'while a step runs' },
  { kind: 'resume', open: underWay({ state: 'held' }), name: 'of one that is held' },
  { kind: 'resume', open: underWay(), name: 'of one that goes on, for its leader may be dead' },
  { kind: 'resume', open: underWay({ order: order('hold') }), name: 'while the step before the hold still runs' },
  { kind: 'return', open: underWay(), name: 'in the middle' },
  { kind: 'return', open: underWay({ state: 'held' }), name: 'of one that is held' },
  { kind: 'abort', open: underWay({ state: 'held' }), name: 'of one that is held' },
  { kind: 'return', open: underWay({ step: 0 }, [weigh, stop]), name: 'one step before the stop' },
])('$kind $name is carried out', ({ kind, open }) => {
  expect(give(kind, { open })).toMatchObject({
    kind: 'steer',
    steering: { order: kind, operationId: 'op-1', because: [{ code: 'AskedByPerson' }] },
  });
});

test('an operation goes back also to what will be gone in a moment: it serves as long as it is there', () => {
  const open = underWay();
  const sites = [leavingSite('left'), siteView('right')];
  const change = { open, sites, weights: { left: 0, right: 100 } };
  expect(give('return', change)).toMatchObject({ kind: 'steer', steering: { order: 'return' } });
});

test.for<{ kind: OrderKind; change: ViewChange; code: string; name: string }>([
  { kind: 'hold', change: { open: underWay({ state: 'held' }) }, code: 'AlreadyThere', name: 'held already' },
  { kind: 'hold', change: { open: underWay({ order: order('hold') }) }, code: 'AlreadyThere', name: 'told to hold' },
  { kind: 'hold', change: { open: underWay({ order: order('return') }) }, code: 'NothingToOrder', name: 'returning' },
  { kind: 'hold', change: {}, code: 'NothingToOrder', name: 'unknown' },
  { kind: 'hold', change: { recent: [operationOf()] }, code: 'NothingToOrder', name: 'over' },
  { kind: 'abort', change: { recent: [operationOf()] }, code: 'NothingToOrder', name: 'over' },
  { kind: 'extend', change: { recent: [operationOf()] }, code: 'NothingToOrder', name: 'without an expiry' },
  {
    kind: 'return',
    change: { open: underWay({ step: 1 }, [weigh, stop]) },
    code: 'PointOfNoReturn',
    name: 'stopping its source',
  },
  {
    kind: 'return',
    change: { open: underWay(), weights: { left: 50, right: 50 }, sites: [siteView('left', dead), siteView('right')] },
    code: 'OriginNotHealthy',
    name: 'away from a dead origin',
  },
])('$kind of one that is $name is refused: $code', ({ kind, change, code }) => {
  expect(give(kind, change)).toMatchObject({ kind: 'stay', reasons: [{ code }] });
});

const over = operationOf({ plan: { trigger: 'manual', kind: 'shift', steps: [weigh] } });

test('a move that is over is taken back by an operation of its own', () => {
  expect(give('return', { recent: [over], weights: { left: 0, right: 100 } })).toMatchObject({
    kind: 'act',
    action: { kind: 'return', trigger: 'manual', weights: { left: 100, right: 0 }, requestId: 'req-1' },
  });
});

test.for<{ name: string; change: ViewChange; code: string }>([
  { name: 'nothing but what is so already', change: { recent: [over] }, code: 'AlreadyThere' },
  {
    name: 'not over weights that somebody set since',
    change: { recent: [over], weights: { left: 30, right: 70 } },
    code: 'WorldMoved',
  },
  {
    name: 'not what moved no traffic',
    change: { recent: [operationOf()], weights: { left: 0, right: 100 } },
    code: 'NothingToOrder',
  },
])('takes back $name', ({ change, code }) => {
  expect(give('return', change)).toMatchObject({ kind: 'stay', reasons: [{ code }] });
});

test('a shift is extended from now, by what was asked or by its own time', () => {
  const standing: Standing = {
    ...{ deployment: 'chat', by, atMs: nowMs - 1000, reason: undefined, untilMs: nowMs + 1, kind: 'shift' },
    ...{ operationId: 'op-1', before: { left: 100 }, after: { right: 100 }, forMs: 7000 },
  };
  expect(give('extend', { standing: [standing] }, { forMs: 500 })).toMatchObject({
    steering: { order: 'extend', untilMs: nowMs + 500 },
  });
  expect(give('extend', { standing: [standing] })).toMatchObject({ steering: { untilMs: nowMs + 7000 } });
});

test('an earlier move is not taken back over what another person has under way, nor to a site that is gone', () => {
  const weigh = {
    kind: 'weigh',
    name: '1-weigh',
    weights: { left: 0, right: 100 },
    gate: undefined,
    deadlineMs: 1,
  } as const;
  const old = operationOf({
    id: 'op-old',
    plan: { trigger: 'manual', steps: [weigh], before: { left: 100, right: 0 }, after: { left: 0, right: 100 } },
  });
  const request = requestOf({ kind: 'return', operationId: 'op-old' });
  const weights = { left: 0, right: 100 };
  const { endedAtMs: _, ...other } = operationOf({ id: 'op-new', state: 'waking', plan: { trigger: 'manual' } });
  const open = { ...other, endedAtMs: undefined };
  expect(decide(view({ weights, recent: [old], open, request }), nowMs)).toMatchObject({
    kind: 'stay',
    reasons: [{ code: 'OperationRunning' }],
  });
  const elsewhere = { ...old, plan: { ...old.plan, before: { gone: 100 } } };
  expect(decide(view({ weights, recent: [elsewhere], request }), nowMs)).toMatchObject({
    kind: 'stay',
    reasons: [{ code: 'SiteRemoved', site: 'gone' }],
  });
});

test.for(['hold', 'return', 'abort', 'resume'] as const)(
  'nothing can be ordered of what goes back already: %s',
  (kind) => {
    const { endedAtMs: _, ...operation } = operationOf({ id: 'op-1', state: 'returning', plan: { trigger: 'manual' } });
    const open = { ...operation, endedAtMs: undefined };
    const request = requestOf({ kind, operationId: 'op-1' });
    expect(decide(view({ open, request }), nowMs)).toMatchObject({
      kind: 'stay',
      reasons: [{ code: 'NothingToOrder' }],
    });
  },
);

test('what a drill gives back is given back over whatever automation has done since, and over nothing else', () => {
  const [here, half, there] = [
    { left: 100, right: 0 },
    { left: 40, right: 60 },
    { left: 0, right: 100 },
  ];
  const first = operationOf({
    id: 'op-1',
    state: 'failed',
    plan: { kind: 'failover', before: here, after: there, steps: [weigh] },
  });
  const next = operationOf({ id: 'op-2', plan: { kind: 'failover', before: there, after: half, steps: [weigh] } });
  const yields = { yields: true } as const;
  const since = (operation: Operation): ViewChange => ({ recent: [operation, first], weights: half });
  expect(give('return', since(next), yields)).toMatchObject({ kind: 'act', action: { weights: here, yields: true } });
  expect(give('return', since(next))).toMatchObject({ reasons: [{ code: 'WorldMoved' }] });
  const byHand = { ...next, plan: { ...next.plan, trigger: 'manual' } } as const;
  expect(give('return', since(byHand), yields)).toMatchObject({ reasons: [{ code: 'WorldMoved' }] });
  // Weights of no plan are somebody's own.
  const meddled = { recent: [next, first], weights: { left: 41, right: 59 } };
  expect(give('return', meddled, yields)).toMatchObject({ reasons: [{ code: 'WorldMoved' }] });
});
