/** start: launch the missing slots, then wait until they are proven. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { launchSteps } from './steps.ts';

export function startSteps(action: Action, view: View): readonly Step[] {
  if (action.start === undefined) return [];
  const { site, slots } = action.start;
  const placement = view.sites.find((each) => each.site.name === site)?.placement;
  if (placement === undefined) return [];
  return launchSteps(placement, slots, placement.replicas);
}
