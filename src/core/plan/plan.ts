/** Turns an action into an ordered list of steps, computed before anything changes. */
import type { Action } from '../../model/decision.ts';
import type { HuntCandidate, Plan, Scale, Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { sameWeights } from '../../model/weights.ts';
import { unlistedSlots } from '../launched.ts';
import { emptySteps, fenceSteps } from './empty.ts';
import { hedgedSteps, leftoverSteps } from './hedge.ts';
import { huntSteps } from './hunt.ts';
import { moveSteps } from './move.ts';
import { scaleSteps } from './scale.ts';
import { startSteps } from './start.ts';
import { weightsBefore } from './steps.ts';
import { undoSteps } from './undo.ts';

export function makePlan(action: Action, view: View, nowMs: number): Plan {
  const steps = [
    ...undoSteps(action, view),
    ...stepsOf(action, view, nowMs),
    ...emptySteps(action, view),
    ...leftoverSteps(action, view),
  ];
  return {
    kind: action.kind,
    deployment: view.deployment.name,
    trigger: action.trigger,
    from: action.from,
    before: weightsBefore(view),
    // A scale moves nothing, also when the gateway was seen anew since it was decided.
    after: action.kind === 'scale' ? weightsBefore(view) : action.weights,
    steps: numbered(steps),
    because: action.because,
    routeVersion: view.route.kind === 'seen' ? (view.route.value?.routeVersion ?? 0) : 0,
    requestId: action.requestId,
    ...(action.forMs === undefined ? {} : { forMs: action.forMs }),
    ...(action.overrides === undefined ? {} : { overrides: action.overrides }),
    ...(action.yields === undefined ? {} : { yields: action.yields }),
    ...(action.scale === undefined ? {} : { scale: scaleOf(action.scale) }),
    ...(action.kept === undefined ? {} : { kept: action.kept }),
  };
}

function stepsOf(action: Action, view: View, nowMs: number): readonly Step[] {
  const free = (all: readonly HuntCandidate[]): readonly HuntCandidate[] =>
    all.map((each) => ({ ...each, slots: notAskedFor(each, view, nowMs) }));
  if (action.hunt !== undefined) {
    const hunt = { ...action.hunt, candidates: free(action.hunt.candidates) };
    return hunt.hedge === undefined ? huntSteps(hunt, view) : hedgedSteps(hunt, view);
  }
  if (action.kind === 'start') return startSteps({ ...action, start: free(action.start) }, view);
  if (action.kind === 'scale') return scaleSteps(action, view, nowMs);
  const isStill = action.empty !== undefined && sameWeights(action.weights, weightsBefore(view));
  return isStill ? fenceSteps(action) : moveSteps(action, view, nowMs);
}

function scaleOf({ how: _, ...scale }: NonNullable<Action['scale']>): Scale {
  return scale;
}

/** What the action takes the place of may have asked for a slot since it was decided (I14). */
function notAskedFor({ site: name, slots }: HuntCandidate, view: View, nowMs: number): readonly number[] {
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined) return slots;
  const unlisted = unlistedSlots(view, site, nowMs);
  return slots.filter((slot) => !unlisted.has(slot));
}

/** Names are unique within a plan, so that a journal read back can be matched to it. */
function numbered(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, index) => ({ ...step, name: `${index + 1}-${step.name}` }));
}
