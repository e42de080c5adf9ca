import { expect, test } from 'vitest';
import { basisOf, driftOf, inputDrift, isCarriedOut } from '../../src/core/basis.ts';
import type { Action } from '../../src/model/decision.ts';
import { nowMs, operationOf, siteView, trafficOf, type ViewChange, view } from './support/view.ts';

const action: Action = {
  ...{ kind: 'drain', trigger: 'manual', from: 'left', weights: { left: 0, right: 100 }, start: [], inOneStep: true },
  ...{ because: [], requestId: 'req-1', empty: [{ site: 'left', stop: undefined }] },
};
const planned = basisOf(view(), action, nowMs);

test('in the same world nothing has moved', () => {
  expect(driftOf(planned, view(), action, nowMs)).toEqual([]);
});

const by = { kind: 'person', name: 'ada', host: 'desk', pid: 2 } as const;

test.for<{ name: string; change: ViewChange; says: RegExp }>([
  { name: 'the split', change: { weights: { left: 90, right: 10 } }, says: /^the split was .*100.* and is .*90/ },
  {
    name: 'fewer ready replicas',
    change: { sites: [siteView('left'), siteView('right', { replicas: [] })] },
    says: /^ready replicas at right was 1 .* is 0/,
  },
  {
    name: 'an operation under way',
    change: { open: { ...operationOf({ state: 'shifting' }), endedAtMs: undefined } },
    says: /^the operation under way was none .* is op-1/,
  },
  {
    name: 'something that was set',
    change: {
      standing: [{ deployment: 'chat', by, atMs: 1, reason: undefined, untilMs: undefined, kind: 'pause' }],
    },
    says: /^what was set for a time/,
  },
])('names $name', ({ change, says }) => {
  const [first] = driftOf(planned, view(change), action, nowMs);
  expect(first).toMatchObject({ code: 'WorldMoved', message: expect.stringMatching(says) });
});

test('names another configuration, and another plan from the same world', () => {
  expect(driftOf({ ...planned, config: 'other' }, view(), action, nowMs)).toMatchObject([{ code: 'WorldMoved' }]);
  const [reason] = driftOf(planned, view(), { ...action, empty: [] }, nowMs);
  expect(reason?.message).toMatch(/^the plan was/);
});

test('more that is ready than was planned with is no reason to look again', () => {
  const sites = [siteView('left'), siteView('right', { wanted: 2 })];
  expect(inputDrift(planned, view({ sites }), nowMs)).toEqual([]);
});

test('a drain that may take longer by now is the same plan', () => {
  const seen = view();
  const deployment = { ...seen.deployment, drain: { waitForStreamsMs: 999_999 } };
  expect(driftOf(planned, { ...seen, deployment }, action, nowMs)).toEqual([]);
  expect(trafficOf('left').inFlight).toBeGreaterThan(0);
});

test('is carried out once its last weights are in force', () => {
  expect(isCarriedOut(planned, view())).toBe(false);
  expect(isCarriedOut(planned, view({ weights: { left: 0, right: 100 } }))).toBe(true);
});
