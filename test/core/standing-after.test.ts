import { expect, test } from 'vitest';
import { standingAfter } from '../../src/core/standing-after.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Standing } from '../../src/model/standing.ts';
import { nowMs, operationOf } from './support/view.ts';

const shift: Standing = {
  ...{ kind: 'shift', deployment: 'chat', operationId: 'op-shift', forMs: 60_000, untilMs: nowMs + 60_000 },
  ...{ atMs: nowMs - 1000, reason: undefined, by: { kind: 'person', name: 'ann', host: 'desk', pid: 1 } },
  ...{ before: { left: 100, right: 0 }, after: { left: 0, right: 100 } },
};
const [right, left] = [
  { left: 0, right: 100 },
  { left: 100, right: 0 },
];

function moved(state: Operation['state'], change: Partial<Operation['plan']>): Operation {
  return operationOf({ state, plan: { kind: 'switchover', ...change } });
}

test.for([
  { name: 'a move that is done', state: 'done', before: right, after: left, ends: ['shift'] },
  { name: 'a move that failed half way', state: 'unknown', before: right, after: left, ends: ['shift'] },
  { name: 'a move that was given back to where it stands', state: 'returned', before: right, after: left, ends: [] },
  { name: 'a move that was given back to elsewhere', state: 'returned', before: left, after: right, ends: ['shift'] },
] as const)('a move for a time after $name: overtaken $ends (I7)', ({ state, before, after, ends }) => {
  const inForce = state === 'returned' ? before : after;
  const bodies = standingAfter(moved(state, { before, after }), { present: [shift], inForce, nowMs });
  expect(bodies.map(({ key, standing }) => [key, standing])).toEqual(ends.map((key) => [key, undefined]));
});

const weigh = { kind: 'weigh', name: '1-weigh', weights: right, gate: undefined, deadlineMs: 1 } as const;
const aborted = { class: 'conflict', code: 'Aborted', message: 'ann@desk' } as const;
const half = { left: 55, right: 45 };

test.for([
  { name: 'given up half-way', error: aborted, inForce: half, stands: half },
  { name: 'given up before it moved anything', error: aborted, inForce: left, stands: undefined },
  {
    name: 'left to weights that somebody else has set',
    error: { ...aborted, code: 'PlanStale' },
    inForce: half,
    stands: undefined,
  },
  { name: 'left to weights that a pin keeps', error: { ...aborted, code: 'Pinned' }, inForce: half, stands: undefined },
])(
  'a move for a time that was $name has its end all the same where it moved something',
  ({ error, inForce, stands }) => {
    const plan = { kind: 'shift', before: left, after: right, steps: [weigh, weigh], forMs: 9000 } as const;
    const ended = operationOf({ state: 'failed', step: 1, error, plan });
    const [body] = standingAfter(ended, { present: [], inForce, nowMs });
    expect(body?.standing).toEqual(
      stands && expect.objectContaining({ kind: 'shift', before: left, after: stands, untilMs: nowMs + 9000 }),
    );
  },
);

test.for([
  { name: 'a person gave up', requestId: 'rq-1', untilMs: nowMs + 60_000 },
  { name: 'failed at its time', requestId: undefined, untilMs: nowMs + 60_000 },
] as const)('a return that $name leaves the move it was to take back, with its end', ({ requestId, untilMs }) => {
  const plan = { kind: 'return', before: right, after: left, steps: [weigh, weigh], requestId } as const;
  const ended = operationOf({ state: 'failed', step: 1, error: aborted, plan });
  const due = { ...shift, untilMs: requestId === undefined ? nowMs - 1 : nowMs + 60_000 };
  const bodies = standingAfter(ended, { present: [due], inForce: half, nowMs });
  expect(bodies.map(({ standing }) => standing)).toEqual([{ ...due, after: half, untilMs }]);
});

test('a site that a drill puts to sleep again is nobody’s to keep away from', () => {
  const plan = { kind: 'stop', trigger: 'manual', from: 'left', before: right, after: right } as const;
  const steps = [{ kind: 'stop', name: '1-stop', site: 'left', how: 'stop', deadlineMs: 1 }] as const;
  const aftermath = { present: [], inForce: right, nowMs };
  const by = (change: Partial<Operation['plan']>) =>
    standingAfter(operationOf({ state: 'done', plan: { ...plan, steps, ...change } }), aftermath);
  expect(by({})).toMatchObject([{ key: 'out/left' }]);
  expect(by({ yields: true })).toEqual([]);
});

test('named slots stand once a scale is done, whatever the number, and go with the first that names none', () => {
  const scale = { site: 'left', replicas: 2, before: 2, instead: 2, isTakenBack: true };
  const named = operationOf({ state: 'done', plan: { kind: 'scale', scale: { ...scale, slots: [0, 3] } } });
  const [set] = standingAfter(named, { present: [], inForce: left, nowMs });
  expect(set).toMatchObject({ key: 'slots/left', standing: { kind: 'slots', slots: [0, 3], untilMs: undefined } });
  const present = set?.standing === undefined ? [] : [set.standing];
  const plain = operationOf({ state: 'done', plan: { kind: 'scale', scale } });
  expect(standingAfter(plain, { present, inForce: left, nowMs })).toMatchObject([
    { key: 'slots/left', why: expect.stringContaining('overtaken') },
  ]);
  const failed = operationOf({ state: 'failed', plan: { kind: 'scale', scale } });
  expect(standingAfter(failed, { present, inForce: left, nowMs })).toEqual([]);
});
