import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import { makePlan } from '../../../src/core/plan/plan.ts';
import { checkMove, checkStep, overridable } from '../../../src/core/safety.ts';
import { type ReasonCode, reasonCodes } from '../../../src/model/reason.ts';
import { verbs } from '../../../src/model/wish.ts';
import { actionOf, caseOf } from '../support/rules.ts';
import { anyWeights, nowMs, operationOf, requestOf, siteView, view } from '../support/view.ts';

const names = ['left', 'right', 'abroad'] as const;
const anyCodes = fc.subarray([...reasonCodes]);
const anyState = fc.constantFrom('good', 'bad', 'starting') as fc.Arbitrary<'good' | 'bad' | 'starting'>;

/** Three sites, one of them out of bounds, with limits of every kind. */
const anyView = fc
  .record({
    weights: anyWeights(...names),
    wanted: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
    states: fc.array(anyState, { minLength: 3, maxLength: 3 }),
    minReadyRatio: fc.constantFrom(0, 0.3, 0.5, 1),
    headroomRatio: fc.constantFrom(0, 0.5),
    removalWindowMs: fc.constantFrom(0, 600_000),
    local: fc.constantFrom(0.1, 0.5, 1),
    maxUsdPerHour: fc.constantFrom(1, 5, 100),
    isFrozen: fc.boolean(),
    isBusy: fc.boolean(),
  })
  .map((drawn) =>
    view({
      sites: names.map((name, at) =>
        siteView(name, {
          wanted: drawn.wanted[at] ?? 1,
          all: { state: drawn.states[at] ?? 'good' },
          residency: [name === 'abroad' ? 'us' : 'eu'],
          ...{ ratedRps: 5, usdPerHour: 2 },
        }),
      ),
      weights: drawn.weights,
      policy: {
        safety: {
          ...{ minReadyRatio: drawn.minReadyRatio, headroomRatio: drawn.headroomRatio },
          ...{ removalWindowMs: drawn.removalWindowMs, maxUsdPerHour: drawn.maxUsdPerHour },
          vendorMaxRatio: { local: drawn.local },
          freeze: drawn.isFrozen ? [{ fromMs: 0, untilMs: nowMs * 2, reason: 'frozen', allow: [] }] : [],
        },
      },
      others: drawn.isBusy
        ? [operationOf({ state: 'shifting', endedAtMs: undefined, plan: { deployment: 'embed' } })]
        : [],
    }),
  );

test('what a person may answer for is neither where traffic may lie nor what is not proven, fenced or seen', () => {
  expect([...overridable].sort()).toEqual([
    'CapacityFloor',
    'CostCeiling',
    'FailureDomainBusy',
    'Frozen',
    'LastServingSite',
    'RemovalVelocity',
    'VendorShareMax',
  ]);
});

test('no override lets traffic to where it may not lie, whatever else it lets through (I19)', () => {
  fc.assert(
    fc.property(
      anyView,
      anyWeights(...names),
      anyCodes,
      fc.constantFrom(...verbs),
      (seen, weights, overrides, kind) => {
        const raises = (weights['abroad'] ?? 0) > (seen.inForce['abroad'] ?? 0);
        const codes = checkMove(caseOf(seen, { kind, weights, overrides })).map(({ code }) => code);
        expect(codes.includes('ResidencyBlocked')).toBe(raises);
        const plan = makePlan(actionOf({ weights, overrides }), seen, nowMs);
        const step = { kind: 'weigh', name: 'w', weights, gate: undefined, deadlineMs: 1 } as const;
        expect(checkStep(seen, plan, step, nowMs).some(({ code }) => code === 'ResidencyBlocked')).toBe(raises);
      },
    ),
  );
});

test('an override takes away its own reason and no other', () => {
  const reasons = (seen: ReturnType<typeof view>, weights: Record<string, number>, overrides: readonly ReasonCode[]) =>
    checkMove(caseOf(seen, { kind: 'drain', weights, overrides, empty: [{ site: 'left', stop: undefined }] }));
  fc.assert(
    fc.property(anyView, anyWeights(...names), anyCodes, (seen, weights, overrides) => {
      const all = reasons(seen, weights, []);
      const kept = all.filter(({ code }) => !(overrides.includes(code) && overridable.includes(code)));
      expect(reasons(seen, weights, overrides)).toEqual(kept);
    }),
  );
});

test('whatever is asked for under any limits, the weights of its plan sum to 100 at every step (I5)', () => {
  const anyWish = fc.record({
    kind: fc.constantFrom(...verbs),
    from: fc.constantFrom(undefined, 'left', 'right'),
    to: fc.constantFrom(undefined, 'right', 'abroad'),
    split: fc.constantFrom({ left: 70, right: 30 }, { right: 100 }, { abroad: 1, left: 99 }),
    hasSplit: fc.boolean(),
    sharePct: fc.integer({ min: 1, max: 100 }),
    mayWake: fc.boolean(),
    overrides: anyCodes,
  });
  fc.assert(
    fc.property(anyView, anyWish, (seen, { split, hasSplit, ...rest }) => {
      const wish = hasSplit ? { ...rest, split } : rest;
      const decision = decide({ ...seen, request: requestOf(wish) }, nowMs);
      if (decision.kind !== 'act') return;
      const { steps } = makePlan(decision.action, seen, nowMs);
      for (const step of steps)
        if (step.kind === 'weigh') expect(Object.values(step.weights).reduce((sum, each) => sum + each, 0)).toBe(100);
      expect(decision.action.weights['abroad'] ?? 0).toBeLessThanOrEqual(seen.inForce['abroad'] ?? 0);
    }),
  );
});
