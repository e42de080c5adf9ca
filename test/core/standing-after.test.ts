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
  const bodies = standingAfter(moved(state, { before, after }), [shift], nowMs);
  expect(bodies.map(({ key, standing }) => [key, standing])).toEqual(ends.map((key) => [key, undefined]));
});
