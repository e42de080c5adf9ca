/** What a plan was made from, and what of it has changed since. */

import type { Action } from '../model/decision.ts';
import type { Step } from '../model/plan.ts';
import type { PlanBasis } from '../model/plan-basis.ts';
import type { Reason } from '../model/reason.ts';
import { standingKey } from '../model/standing.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { weightsText } from '../model/words.ts';
import { makePlan } from './plan/plan.ts';
import { readyReplicas } from './readiness.ts';

/** The inputs that a person looked at, with the steps that came of them. */
export function basisOf(view: View, action: Action, nowMs: number): PlanBasis {
  return {
    config: view.configDigest,
    weights: view.inForce,
    ready: readyBySite(view, nowMs),
    open: view.open?.id,
    standing: view.standing.map(standingKey),
    steps: makePlan(action, view, nowMs).steps,
  };
}

/** One reason for each input that is not what it was; empty: the same plan comes of it. */
export function driftOf(expected: PlanBasis, view: View, action: Action, nowMs: number): readonly Reason[] {
  const reasons = inputDrift(expected, view, nowMs);
  const steps = makePlan(action, view, nowMs).steps;
  const isSame = JSON.stringify(expected.steps.map(untimed)) === JSON.stringify(steps.map(untimed));
  return reasons.length > 0 || isSame ? reasons : [moved('the plan', names(expected), names({ steps }))];
}

/** The same before it is known what would be done: what was planned may be there already, or be of no use any more. */
export function inputDrift(expected: PlanBasis, view: View, nowMs: number): readonly Reason[] {
  const reasons: Reason[] = [];
  const ready = readyBySite(view, nowMs);
  if (expected.config !== view.configDigest)
    reasons.push(moved('the configuration', expected.config, view.configDigest));
  if (!sameWeights(expected.weights, view.inForce))
    reasons.push(moved('the split', weightsText(expected.weights), weightsText(view.inForce)));
  for (const site of new Set([...Object.keys(expected.ready), ...Object.keys(ready)])) {
    const [before, after] = [expected.ready[site] ?? 0, ready[site] ?? 0];
    // More than was planned with is no reason to look again.
    if (after < before) reasons.push({ ...moved(`ready replicas at ${site}`, String(before), String(after)), site });
  }
  if (expected.open !== view.open?.id) reasons.push(moved('the operation under way', expected.open, view.open?.id));
  const standing = view.standing.map(standingKey);
  if (JSON.stringify(expected.standing) !== JSON.stringify(standing))
    reasons.push(moved('what was set for a time', expected.standing.join(', '), standing.join(', ')));
  return reasons;
}

/** The weights that the plan ends with are in force: nothing is left of it to be done. */
export function isCarriedOut({ steps }: PlanBasis, { inForce }: View): boolean {
  const last = steps.findLast(({ kind }) => kind === 'weigh');
  return last?.kind === 'weigh' && sameWeights(last.weights, inForce);
}

function readyBySite(view: View, nowMs: number): Readonly<Record<string, number>> {
  return Object.fromEntries(view.sites.map((site) => [site.site.name, readyReplicas(view, site, nowMs).length]));
}

function moved(what: string, before: string | undefined, after: string | undefined): Reason {
  const [was, is] = [before, after].map((value) => (value === undefined || value === '' ? 'none' : value));
  return { code: 'WorldMoved', message: `${what} was ${was} when it was planned and is ${is}` };
}

/** How long a drain may take is measured anew at every look: that is not another plan. */
function untimed({ deadlineMs: _, ...step }: Step): Omit<Step, 'deadlineMs'> {
  return step;
}

function names({ steps }: Pick<PlanBasis, 'steps'>): string {
  return steps.map(({ name }) => name).join(', ');
}
