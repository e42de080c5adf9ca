import { expect, test } from 'vitest';
import { acknowledgedAtMs, isOut, pausedReason, shiftOf, unblockedAtMs } from '../../src/core/standing.ts';
import { standingAfter } from '../../src/core/standing-after.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import { isInForce, type Standing, standingKey } from '../../src/model/standing.ts';
import { nowMs, operationOf, view } from './support/view.ts';

const by = { kind: 'person', name: 'ada', host: 'desk', pid: 2 } as const;
const base = { deployment: 'chat', by, atMs: nowMs - 1000, reason: undefined, untilMs: undefined };
const pause = (untilMs: number | undefined): Standing => ({ ...base, kind: 'pause', untilMs });
const out = (site: string): Standing => ({ ...base, kind: 'out', site, isStopped: false });
const shift: Standing = {
  ...{ ...base, kind: 'shift', operationId: 'op-0', forMs: 1000, untilMs: nowMs + 1 },
  ...{ before: { left: 100 }, after: { right: 100 } },
};

test.for([
  { untilMs: nowMs + 1, is: true },
  { untilMs: nowMs, is: false },
  { untilMs: undefined, is: true },
])('what stands until $untilMs is in force: $is', ({ untilMs, is }) => {
  expect(isInForce(pause(untilMs), nowMs)).toBe(is);
  expect(pausedReason(view({ standing: [pause(untilMs)] }), nowMs)).toHaveLength(is ? 1 : 0);
});

test('each kind is found by its own question, and without it there is none', () => {
  const ack: Standing = { ...base, kind: 'ack' };
  const unblock: Standing = { ...base, kind: 'unblock', site: 'left' };
  const all = view({ standing: [ack, unblock, out('right'), shift] });
  expect([acknowledgedAtMs(all), unblockedAtMs(all, 'left'), unblockedAtMs(all, 'right')]).toEqual([
    nowMs - 1000,
    nowMs - 1000,
    0,
  ]);
  expect([isOut(all, 'right'), isOut(all, 'left')]).toEqual([true, false]);
  expect(shiftOf(all)).toBe(shift);
  const none = view();
  expect([acknowledgedAtMs(none), unblockedAtMs(none, 'left'), isOut(none, 'right')]).toEqual([0, 0, false]);
  expect(shiftOf(none)).toBeUndefined();
});

const weigh: Step = { kind: 'weigh', name: 'w', weights: { left: 0, right: 100 }, gate: undefined, deadlineMs: 1 };
const drain: Step = { kind: 'drain', name: 'd', site: 'left', deadlineMs: 1 };
const stop: Step = { kind: 'stop', name: 's', site: 'left', how: 'delete', deadlineMs: 1 };
const launch = (bestEffort: boolean): Step => {
  return { kind: 'launch', name: 'l', site: 'right', slots: [0], bestEffort, deadlineMs: 1 };
};

function ended(plan: Partial<Operation['plan']>, change: Partial<Operation> = {}): Operation {
  return operationOf({ step: plan.steps?.length ?? 0, ...change, plan: { trigger: 'manual', kind: 'shift', ...plan } });
}

const keys = (operation: Operation, present: readonly Standing[] = []): readonly string[] =>
  standingAfter(operation, { present, inForce: { left: 0, right: 100 }, nowMs }).map(({ key, standing }) =>
    standing === undefined ? `-${key}` : `+${key}`,
  );

test('a shift that is done stands for its time from its end', () => {
  const [body] = standingAfter(ended({ steps: [weigh], forMs: 5000 }), {
    ...{ present: [], inForce: { left: 0, right: 100 }, nowMs },
  });
  expect(body).toMatchObject({ key: 'shift', standing: { operationId: 'op-1', untilMs: nowMs + 5000, forMs: 5000 } });
});

test.for<{ name: string; operation: Operation; present?: readonly Standing[]; after: readonly string[] }>([
  { name: 'a shift without an end', operation: ended({ steps: [weigh] }), after: [] },
  {
    name: 'a shift that returned',
    operation: ended({ steps: [weigh], forMs: 1 }, { state: 'returned' }),
    after: [],
  },
  { name: 'a drain by a person', operation: ended({ steps: [drain] }), after: ['+out/left'] },
  { name: 'a stop by a person', operation: ended({ steps: [drain, stop] }), after: ['+out/left'] },
  { name: 'a drain that failed', operation: ended({ steps: [drain] }, { state: 'failed' }), after: [] },
  { name: 'a drain by automation', operation: ended({ steps: [drain], trigger: 'automatic' }), after: [] },
  {
    name: 'a move over a shift',
    operation: ended({ steps: [weigh] }),
    present: [shift],
    after: ['-shift'],
  },
  {
    name: 'a second shift, which takes the first one’s place',
    operation: ended({ steps: [weigh], forMs: 1 }),
    present: [shift],
    after: ['+shift'],
  },
  {
    name: 'a move to a site that was out',
    operation: ended({ steps: [weigh] }),
    present: [out('right'), out('left')],
    after: ['-out/right'],
  },
  {
    name: 'a start at a site that was out',
    operation: ended({ kind: 'start', steps: [launch(false)], after: { left: 100, right: 0 } }),
    present: [out('right')],
    after: ['-out/right'],
  },
  {
    name: 'a replacement that may fail',
    operation: ended({ kind: 'start', steps: [launch(true)], after: { left: 100, right: 0 } }),
    present: [out('right')],
    after: [],
  },
])('after $name there stands $after', ({ operation, present, after }) => {
  expect(keys(operation, present)).toEqual(after);
});

test('there is one of each key in a deployment', () => {
  expect([standingKey(shift), standingKey(out('left')), standingKey(pause(1))]).toEqual(['shift', 'out/left', 'pause']);
});
