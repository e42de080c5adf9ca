import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { blend } from '../../../src/core/plan/steps.ts';
import { checkStep } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import { limitOn } from '../../../src/model/limits.ts';
import type { View } from '../../../src/model/view.ts';
import { anyWeights, blackhole, dead, failingLeft, nowMs, replicaView, siteView, view } from '../support/view.ts';

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

test('what a person asks for during a drill first undoes what the drill does; automation is not told of it', () => {
  const seen = { ...failingLeft(), faults: [blackhole()] };
  expect(names(seen, { kind: 'switchover', trigger: 'manual' })).toEqual([
    '1-undo loss-1',
    '2-stamp',
    '3-prove right',
    '4-weigh right 100%',
    '5-fence left',
    '6-settle',
  ]);
  expect(names(seen)).toEqual(names(failingLeft()));
  const start = { kind: 'start', trigger: 'manual', weights: { left: 100, right: 0 } } as const;
  expect(names(seen, start)[0]).toBe('1-undo loss-1');
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
    gate: {
      sites: ['right'],
      holdMs: 1000,
      promoteWhen: [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 500)],
    },
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

test.for<{ name: string; view: View }>([
  { name: 'before the first route', view: view({ noRoute: 'empty' }) },
  { name: 'after a site with a share was taken out', view: view({ weights: { left: 50, old: 50 } }) },
])('a gated move is one step $name: no vector on the way would sum to 100 (I5)', ({ view: seen }) => {
  expect(names(seen, { kind: 'switchover', inOneStep: false })).toContain('3-weigh right 100%');
});

test('fences a source that the new weights do not name', () => {
  expect(names(view(), { weights: { right: 100 } })).toContain('4-fence left');
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

const weights = anyWeights('a', 'b', 'c', 'd');

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

test('a site that one side of a blend does not name counts as 0 there', () => {
  expect(blend({ left: 100 }, { right: 100 }, 25)).toEqual({ left: 75, right: 25 });
});

const threeSites = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
const kinds = fc.constantFrom('failover' as const, 'switchover' as const, 'failback' as const);

test('whatever a plan moves: each vector sums to 100, and what it passes by the rules leaves a ready site (I4, I5, I8)', () => {
  const three = anyWeights('a', 'b', 'c');
  fc.assert(
    fc.property(threeSites, three, three, kinds, fc.boolean(), (isReady, before, after, kind, inOneStep) => {
      const sites = ['a', 'b', 'c'].map((name, at) =>
        siteView(name, isReady[at] === true ? {} : { all: { state: 'unknown' } }),
      );
      const ready = sites.filter((_, at) => isReady[at]).map(({ site }) => site.name);
      const made = plan(view({ sites, weights: before }), { kind, inOneStep, weights: after });
      let weights = before;
      for (const step of made.steps) {
        if (step.kind !== 'weigh') continue;
        expect(Object.values(step.weights).reduce((sum, each) => sum + each, 0)).toBe(100);
        if (checkStep(view({ sites, weights }), made, step, nowMs).length > 0) return;
        const raised = Object.keys(step.weights).filter((name) => (step.weights[name] ?? 0) > (weights[name] ?? 0));
        const serving = Object.keys(step.weights).filter((name) => (step.weights[name] ?? 0) > 0);
        expect(ready).toEqual(expect.arrayContaining(raised));
        expect(serving.some((name) => ready.includes(name))).toBe(true);
        weights = step.weights;
      }
      expect(weights).toEqual(after);
    }),
    { numRuns: 1000 },
  );
});

test('a plan fences what it left before it ends, and its steps never share a name (I20)', () => {
  fc.assert(
    fc.property(anyWeights('left', 'right'), anyWeights('left', 'right'), fc.boolean(), (before, after, inOneStep) => {
      const { steps } = plan(view({ weights: before }), { weights: after, inOneStep });
      const fenced = steps.flatMap((step) => (step.kind === 'fence' ? [step.site] : []));
      expect(fenced).toEqual(['left', 'right'].filter((name) => (before[name] ?? 0) > 0 && after[name] === 0));
      expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
      expect([steps[0]?.kind, steps.at(-1)?.kind]).toEqual(['stamp', 'settle']);
    }),
  );
});
