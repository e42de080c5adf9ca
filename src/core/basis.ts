/** What a plan was made from, and what of it has changed since. */
import type { Action } from '../model/decision.ts';
import type { PlanBasis } from '../model/plan-basis.ts';
import type { Reason } from '../model/reason.ts';
import { standingKey } from '../model/standing.ts';
import type { View } from '../model/view.ts';
import { makePlan } from './plan/plan.ts';
import { sameWeights } from './plan/reached.ts';
import { readyReplicas } from './readiness.ts';

/** The inputs that a person looked at, with the steps that came of them. */
export function basisOf(view: View, action: Action, nowMs: number): PlanBasis {
  return {
    config: view.configDigest,
    weights: view.inForce,
    ready: Object.fromEntries(view.sites.map((site) => [site.site.name, readyReplicas(view, site, nowMs).length])),
    open: view.open?.id,
    standing: view.standing.map(standingKey),
    steps: makePlan(action, view, nowMs).steps,
  };
}

/** One reason for each input that is not what it was; empty: the same plan comes of it. */
export function driftOf(expected: PlanBasis, view: View, action: Action, nowMs: number): readonly Reason[] {
  const now = basisOf(view, action, nowMs);
  const moved = (what: string, before: unknown, after: unknown): Reason => ({
    code: 'WorldMoved',
    message: `${what} was ${JSON.stringify(before ?? null)} when it was planned and is ${JSON.stringify(after ?? null)}`,
  });
  const reasons: Reason[] = [];
  if (expected.config !== now.config) reasons.push(moved('the configuration', expected.config, now.config));
  if (!sameWeights(expected.weights, now.weights)) reasons.push(moved('the split', expected.weights, now.weights));
  for (const site of new Set([...Object.keys(expected.ready), ...Object.keys(now.ready)])) {
    const [before, after] = [expected.ready[site] ?? 0, now.ready[site] ?? 0];
    // More than was planned with is no reason to look again.
    if (after < before) reasons.push({ ...moved(`ready replicas at ${site}`, before, after), site });
  }
  if (expected.open !== now.open) reasons.push(moved('the operation under way', expected.open, now.open));
  if (JSON.stringify(expected.standing) !== JSON.stringify(now.standing))
    reasons.push(moved('what was set for a time', expected.standing, now.standing));
  const isSame = JSON.stringify(expected.steps) === JSON.stringify(now.steps);
  if (reasons.length === 0 && !isSame) reasons.push(moved('the plan', names(expected), names(now)));
  return reasons;
}

function names({ steps }: PlanBasis): readonly string[] {
  return steps.map(({ name }) => name);
}
