/** Cuts what is stopped into slices that the removal velocity lets through: never most of what is ready in one of them. */
import type { Choice, PlacementProblem } from '../../model/placement-problem.ts';
import type { MovePart } from '../../model/rebalance-plan.ts';
import { mostRatio } from '../rules/removal.ts';
import { allocationToday } from './allocation.ts';

/**
 * In their order, each slice behind the one before. `isLimited`: the deployment has `failover.safety.removalWindow`; between two
 * slices at one site that time has to pass.
 */
export function withinVelocity(
  { choices, ...problem }: PlacementProblem,
  parts: readonly MovePart[],
  isLimited: (deployment: string) => boolean,
): readonly MovePart[] {
  const counts = [...allocationToday({ choices, ...problem }).replicas];
  const readyRps = (deployment: string): number =>
    choices.reduce((sum, each, index) => sum + (each.deployment === deployment ? rpsOf(each, counts[index]) : 0), 0);
  return parts.flatMap((part): MovePart[] => {
    if (part.kind === 'weigh') return [part];
    const slices: MovePart[] = [];
    for (let before = part.before; before !== part.after; ) {
      const most = Math.floor((readyRps(part.deployment) * mostRatio) / (choices[part.choice]?.ratedRps ?? 1) + tiny);
      // One that is more than the velocity allows by itself is left whole: whoever is asked for it says so.
      const isWhole = part.kind === 'start' || !isLimited(part.deployment) || most < 1;
      const after = isWhole ? part.after : Math.max(part.after, before - most);
      slices.push({ ...part, before, after });
      counts[part.choice] = after;
      before = after;
    }
    return slices;
  });
}

/** A half of what is ready may miss a whole number by the last digits of a float. */
const tiny = 1e-9;

function rpsOf({ ratedRps }: Choice, count = 0): number {
  return ratedRps * count;
}
