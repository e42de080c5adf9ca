/** Emptying a site: fence it, let what runs there finish, cut what does not in time, stop what served. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { drainBudgetMs } from '../drain-budget.ts';
import { fenceStep, stopWithinMs, writeDeadlineMs } from './steps.ts';

/** For a site that has no weight: what would move it has nothing to do, and the gateway is read back all the same. */
export function fenceSteps({ empty = [] }: Action): readonly Step[] {
  return [
    { kind: 'stamp', name: 'stamp', deadlineMs: writeDeadlineMs },
    ...empty.map(({ site }): Step => fenceStep(site, true)),
  ];
}

/** After the traffic has moved. */
export function emptySteps({ empty = [] }: Action, view: View): readonly Step[] {
  return empty.flatMap(({ site, stop }): readonly Step[] => {
    const seen = view.sites.find((each) => each.site.name === site);
    const deadlineMs = stopWithinMs(seen);
    return [
      { kind: 'drain', name: `drain ${site}`, site, cutsLater: true, deadlineMs: drainBudgetMs(view, site) },
      { kind: 'cut', name: `cut ${site}`, site, deadlineMs: writeDeadlineMs },
      ...(stop === undefined ? [] : [{ kind: 'stop', name: `stop ${site}`, site, how: stop, deadlineMs } as const]),
    ];
  });
}
