import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { blend } from '../../../src/core/plan/steps.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { View } from '../../../src/model/view.ts';
import { dead, failingLeft, nowMs, replicaView, siteView, view } from '../support/view.ts';

function plan(seen: View, change: Partial<Action> = {}): ReturnType<typeof makePlan> {
  const action: Action = {
    kind: 'failover',
    trigger: 'automatic',
    from: 'left',
    weights: { left: 0, right: 100 },
    start: [],
    inOneStep: true,
    because: [],
    requestId: undefined,
    ...change,
  };
  return makePlan(action, seen, nowMs);
}

const names = (seen: View, change?: Partial<Action>): readonly string[] =>
  plan(seen, change).steps.map(({ name }) => name);

test('a failover stamps, proves, moves in one step, fences, replaces what is missing, settles', () => {
  const gone = replicaView({ state: 'gone', conditions: [{ state: 'bad' }], proof: null });
  const seen = failingLeft({ sites: [siteView('left', { replicas: [gone] }), siteView('right')] });
  expect(names(seen)).toEqual([
    '1-stamp',
    '2-prove right',
    '3-weigh right 100%',
    '4-fence left',
    '5-replace left',
    '6-settle',
  ]);
  expect(plan(seen).steps[4]).toMatchObject({ kind: 'launch', slots: [0], bestEffort: true });
});

test('replaces nothing at a source whose replicas still run', () => {
  expect(names(failingLeft())).toEqual(['1-stamp', '2-prove right', '3-weigh right 100%', '4-fence left', '5-settle']);
});

test('a target that serves nothing is launched and proven in full first', () => {
  const seen = failingLeft({ sites: [siteView('left', dead), siteView('right', { wanted: 2, replicas: [] })] });
  expect(plan(seen).steps.slice(1, 3)).toMatchObject([
    { kind: 'launch', site: 'right', slots: [0, 1], bestEffort: false },
    { kind: 'prove', site: 'right', replicas: 2 },
  ]);
});

test('a target with one ready replica is proven by it, whatever else it lacks', () => {
  const seen = failingLeft({
    sites: [siteView('left', dead), siteView('right', { wanted: 2, replicas: [replicaView({ site: 'right' })] })],
  });
  expect(plan(seen).steps[1]).toMatchObject({ kind: 'prove', site: 'right', replicas: 1 });
});

test('a gated move takes the policy’s steps, each watched at the sites that gain', () => {
  const { steps } = plan(view(), { kind: 'switchover', inOneStep: false });
  expect(steps.map(({ name }) => name)).toEqual([
    '1-stamp',
    '2-prove right',
    '3-weigh left 90%, right 10%',
    '4-weigh left 50%, right 50%',
    '5-weigh right 100%',
    '6-fence left',
    '7-settle',
  ]);
  expect(steps[2]).toMatchObject({
    gate: { sites: ['right'], holdMs: 1000, maxErrorRatio: 0.05, maxFirstTokenMs: 500 },
  });
});

test('steps of a small weight that round to the same vector are one step', () => {
  const seen = view({ weights: { left: 2, right: 98 } });
  expect(names(seen, { kind: 'switchover', inOneStep: false })).toEqual([
    '1-stamp',
    '2-prove right',
    '3-weigh left 1%, right 99%',
    '4-weigh right 100%',
    '5-fence left',
    '6-settle',
  ]);
});

test('does not fence a source that keeps a share', () => {
  expect(names(view(), { weights: { left: 50, right: 50 } })).not.toContain('4-fence left');
});

test('a start launches everywhere before it waits anywhere', () => {
  const sites = [siteView('left', { replicas: [] }), siteView('right', { replicas: [] })];
  const start = [
    { site: 'left', slots: [0] },
    { site: 'right', slots: [0] },
    { site: 'mars', slots: [0] },
  ];
  expect(names(view({ sites }), { kind: 'start', start })).toEqual([
    '1-launch left',
    '2-launch right',
    '3-prove left',
    '4-prove right',
  ]);
});

test('records what it was computed from', () => {
  expect(plan(view({ weights: { left: 70, right: 30 } }))).toMatchObject({
    before: { left: 70, right: 30 },
    after: { left: 0, right: 100 },
    routeVersion: 7,
    deployment: 'chat',
  });
  expect(plan(view({ noRoute: 'empty' })).routeVersion).toBe(0);
  expect(plan(view({ noRoute: 'unseen' })).routeVersion).toBe(0);
});

/** Integers that sum to 100 over up to five sites. */
const weights = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 })
  .map((cuts) => [0, ...cuts, 100].sort((a, b) => a - b))
  .map((edges) => Object.fromEntries(edges.slice(1).map((edge, index) => [`s${index}`, edge - (edges[index] ?? 0)])));

test('a blend is whole percents that sum to 100, and ends exactly where it should (I5)', () => {
  fc.assert(
    fc.property(weights, weights, fc.integer({ min: 0, max: 100 }), (before, after, share) => {
      const mixed = blend(before, after, share);
      expect(Object.values(mixed).reduce((sum, each) => sum + each, 0)).toBe(100);
      expect(Object.values(mixed).every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
      for (const [site, weight] of Object.entries(blend(before, after, 100))) expect(weight).toBe(after[site] ?? 0);
    }),
  );
});

test('every weight on the way lies between its ends, within a percent', () => {
  fc.assert(
    fc.property(weights, weights, fc.integer({ min: 0, max: 100 }), (before, after, share) => {
      for (const [site, weight] of Object.entries(blend(before, after, share))) {
        const ends = [before[site] ?? 0, after[site] ?? 0];
        expect(weight).toBeGreaterThanOrEqual(Math.min(...ends) - 1);
        expect(weight).toBeLessThanOrEqual(Math.max(...ends) + 1);
      }
    }),
  );
});
