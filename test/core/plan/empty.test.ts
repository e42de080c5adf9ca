import { expect, test } from 'vitest';
import { emptySteps, fenceSteps } from '../../../src/core/plan/empty.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import type { Action } from '../../../src/model/decision.ts';
import { nowMs, view } from '../support/view.ts';

const action = (change: Partial<Action> = {}): Action => ({
  ...{ kind: 'drain', trigger: 'manual', from: 'left', weights: { left: 0, right: 100 }, start: [], inOneStep: true },
  ...{ because: [], requestId: 'req-1', empty: [{ site: 'left', stop: undefined }] },
  ...change,
});
const kinds = (of: Action, weights = { left: 100, right: 0 }) =>
  makePlan(of, view({ weights }), nowMs).steps.map(({ kind }) => kind);

test('a drain fences, lets finish, and cuts what does not: nothing is stopped', () => {
  expect(kinds(action())).toEqual(['stamp', 'prove', 'weigh', 'fence', 'settle', 'drain', 'cut']);
});

test('a stop comes after the drain and the cut, never before', () => {
  const stop = action({ kind: 'migrate', empty: [{ site: 'left', stop: 'delete' }] });
  expect(kinds(stop).slice(-3)).toEqual(['drain', 'cut', 'stop']);
});

test('a site without traffic is fenced all the same: the gateway is read back', () => {
  const stop = action({ kind: 'stop', weights: { left: 0, right: 100 }, empty: [{ site: 'left', stop: 'stop' }] });
  expect(kinds(stop, { left: 0, right: 100 })).toEqual(['stamp', 'fence', 'drain', 'cut', 'stop']);
  expect(fenceSteps(stop)).toMatchObject([{ kind: 'stamp' }, { kind: 'fence', site: 'left' }]);
});

test('the drain has the policy’s time, the stop the server’s own and a minute', () => {
  const steps = emptySteps(action({ empty: [{ site: 'left', stop: 'delete' }] }), view());
  expect(steps).toMatchObject([
    { kind: 'drain', site: 'left', cutsLater: true, deadlineMs: 30_000 },
    { kind: 'cut', site: 'left' },
    { kind: 'stop', site: 'left', how: 'delete', deadlineMs: 65_000 },
  ]);
});

test('a provider that says how long a stop takes has that long beyond the server’s own time', () => {
  const seen = view();
  const slow = { ...seen, sites: seen.sites.map((site) => ({ ...site, stopSlackMs: 600_000 })) };
  const steps = emptySteps(action({ empty: [{ site: 'left', stop: 'stop' }] }), slow);
  expect(steps.at(-1)).toMatchObject({ kind: 'stop', how: 'stop', deadlineMs: 605_000 });
});

test('what empties nothing has no such steps', () => {
  const { empty: _, ...move } = action();
  expect(emptySteps(move, view())).toEqual([]);
});
