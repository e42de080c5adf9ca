/** Cuts what is stopped into pieces that the pace of removals lets through: never most of what is ready in one of them. */
import type { Choice, PlacementProblem } from '../../model/placement-problem.ts';
import type { MovePart } from '../../model/rebalance-plan.ts';
import { mostRatio } from '../rules/removal.ts';
import { allocationToday } from './allocation.ts';

/**
 * In their order, each piece behind the one before. `hasPace`: the deployment has `failover.safety.removalWindow`; between two
 * pieces at one site that time has to pass.
 */
export function paced(
  { choices, ...problem }: PlacementProblem,
  parts: readonly MovePart[],
  hasPace: (deployment: string) => boolean,
): readonly MovePart[] {
  const counts = [...allocationToday({ choices, ...problem }).replicas];
  const readyRps = (deployment: string): number =>
    choices.reduce((sum, each, index) => sum + (each.deployment === deployment ? rpsOf(each, counts[index]) : 0), 0);
  return parts.flatMap((part): MovePart[] => {
    if (part.kind === 'weigh') return [part];
    const pieces: MovePart[] = [];
    for (let before = part.before; before !== part.after; ) {
      const most = Math.floor((readyRps(part.deployment) * mostRatio) / (choices[part.choice]?.ratedRps ?? 1) + tiny);
      // One that is more than the pace allows by itself is left whole: whoever is asked for it says so.
      const isWhole = part.kind === 'start' || !hasPace(part.deployment) || most < 1;
      const after = isWhole ? part.after : Math.max(part.after, before - most);
      pieces.push({ ...part, before, after });
      counts[part.choice] = after;
      before = after;
    }
    return pieces;
  });
}

/** A half of what is ready may miss a whole number by the last digits of a float. */
const tiny = 1e-9;

function rpsOf({ ratedRps }: Choice, count = 0): number {
  return ratedRps * count;
}
