import { expect, test } from 'vitest';
import { checkSteps, verdictOf, type WorldSeen } from '../../src/core/verdict.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Replica } from '../../src/model/replica.ts';
import type { Weights } from '../../src/model/route.ts';
import { lost, nowMs, operationOf, replicaOf, routeOf, view } from './support/view.ts';

const weigh = (weights: Weights): Step => ({ kind: 'weigh', name: 'w', weights, gate: undefined, deadlineMs: 1 });
const launch: Step = { kind: 'launch', name: 'l', site: 'right', slots: [0], bestEffort: false, deadlineMs: 1 };
const drain: Step = { kind: 'drain', name: 'd', site: 'left', deadlineMs: 1 };
const stop: Step = { kind: 'stop', name: 's', site: 'left', how: 'delete', deadlineMs: 1 };
const unseen = { kind: 'unknown', error: lost } as const;
const seen = <T>(value: T) => ({ kind: 'seen', value, asOfMs: nowMs }) as const;

function world(
  weights: Weights | undefined,
  replicas: Readonly<Record<string, readonly Replica[] | undefined>> = {},
  listLagMs = 0,
): WorldSeen {
  return {
    route: weights === undefined ? unseen : seen(routeOf({ weights })),
    traffic: view().traffic,
    replicas: new Map(
      Object.entries(replicas).map(([site, all]) => [
        site,
        { seen: all === undefined ? unseen : seen(all), listLagMs },
      ]),
    ),
  };
}

const moved = { left: 0, right: 100 };
const before = { left: 100, right: 0 };
const op = (...steps: readonly Step[]) => operationOf({ plan: { steps } });
const gone = replicaOf({ state: 'gone', billed: 'no' });
const right = replicaOf({ site: 'right' });

test('some of what was to be started runs: that is not as it was before', () => {
  const two: Step = { ...launch, slots: [0, 1] };
  const ended = op(two, weigh(moved));
  const [own, stopped] = [
    replicaOf({ site: 'right', startKey: `${ended.id}/0/0` }),
    replicaOf({ site: 'right', startKey: `${ended.id}/0/0`, state: 'gone', billed: 'no' }),
  ];
  expect(verdictOf(ended, world(before, { right: [own] }))).toBe('something-else');
  expect(verdictOf(ended, world(before, { right: [stopped] }))).toBe('as-before');
  expect(verdictOf(ended, world(before, { right: [right] }))).toBe('as-before');
});

test.for([
  { name: 'the weights are those planned', steps: [weigh(moved)], seen: world(moved), verdict: 'as-planned' },
  { name: 'the weights are those before', steps: [weigh(moved)], seen: world(before), verdict: 'as-before' },
  {
    name: 'the weights are neither',
    steps: [weigh(moved)],
    seen: world({ left: 50, right: 50 }),
    verdict: 'something-else',
  },
  { name: 'the gateway is not seen', steps: [weigh(moved)], seen: world(undefined), verdict: 'not-seen' },
  {
    name: 'it moved and its source is gone',
    steps: [weigh(moved), stop],
    seen: world(moved, { left: [gone] }),
    verdict: 'as-planned',
  },
  {
    name: 'it moved and its source still runs',
    steps: [weigh(moved), stop],
    seen: world(moved, { left: [replicaOf()] }),
    verdict: 'something-else',
  },
  {
    name: 'it moved and its source may still be billed',
    steps: [weigh(moved), stop],
    seen: world(moved, { left: [replicaOf({ state: 'gone', billed: 'unknown' })] }),
    verdict: 'not-seen',
  },
  {
    name: 'it did not move, and what it started runs all the same',
    steps: [launch, weigh(moved)],
    seen: world(before, { right: [right] }),
    verdict: 'something-else',
  },
  {
    name: 'it did not move, and started nothing',
    steps: [launch, weigh(moved)],
    seen: world(before, { right: [] }),
    verdict: 'as-before',
  },
  {
    name: 'a list cannot be read',
    steps: [launch, weigh(moved)],
    seen: world(before, { right: undefined }),
    verdict: 'not-seen',
  },
  {
    name: 'a site is not configured any more',
    steps: [launch, weigh(moved)],
    seen: world(before),
    verdict: 'not-seen',
  },
] as const)('$verdict when $name', ({ steps, seen: about, verdict }) => {
  expect(verdictOf(op(...steps), about)).toBe(verdict);
});

test('checks what stays visible: of several weights the last, of a drain what still runs', () => {
  const checks = checkSteps(op(weigh({ left: 50, right: 50 }), { ...weigh(moved), name: 'last' }, drain), world(moved));
  expect(checks).toEqual([
    { step: 'last', holds: 'yes', seen: 'weights right 100%' },
    { step: 'd', holds: 'no', seen: '2 requests run at left' },
  ]);
});

const lagMs = 5000;

test.for([
  { name: 'a start may be missing from it yet', agoMs: lagMs, left: [gone], right: [], verdict: 'not-seen' },
  { name: 'a start is not there after its lag', agoMs: lagMs + 1, left: [gone], right: [], verdict: 'something-else' },
  { name: 'what was to be stopped is missing from it', agoMs: lagMs, left: [], right: [right], verdict: 'not-seen' },
  { name: 'that is gone after its lag', agoMs: lagMs + 1, left: [], right: [right], verdict: 'as-planned' },
  { name: 'all is in it', agoMs: 0, left: [gone], right: [right], verdict: 'as-planned' },
] as const)('$verdict by one list that lags when $name', ({ agoMs, left, right: listed, verdict }) => {
  const operation = operationOf({ agoMs, plan: { steps: [launch, weigh(moved), stop] } });
  expect(verdictOf(operation, world(moved, { left, right: listed }, lagMs))).toBe(verdict);
});

test.for([
  { agoMs: lagMs, verdict: 'not-seen' },
  { agoMs: lagMs + 1, verdict: 'as-before' },
])('what it started and a list lacks $agoMs ms later makes it $verdict', ({ agoMs, verdict }) => {
  const operation = operationOf({ agoMs, plan: { steps: [launch, weigh(moved)] } });
  expect(verdictOf(operation, world(before, { right: [] }, lagMs))).toBe(verdict);
});
