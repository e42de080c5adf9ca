/** start: launch what is missing everywhere, then wait until each site is proven; models load side by side. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { launchSteps } from './steps.ts';

export function startSteps(action: Action, view: View): readonly Step[] {
  const steps = action.start.flatMap(({ site, slots }) => {
    const placement = view.sites.find((each) => each.site.name === site)?.placement;
    return placement === undefined ? [] : launchSteps(placement, slots, placement.replicas);
  });
  return [...steps.filter(({ kind }) => kind === 'launch'), ...steps.filter(({ kind }) => kind !== 'launch')];
}
