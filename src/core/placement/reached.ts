/** What a run leaves of an allocation where markets cannot be asked for: a site gets its number, and no market changes for another. */
import type { Allocation, PlacementProblem } from '../../model/placement-problem.ts';
import { seatName } from './seats.ts';

/**
 * The same allocation when it changes no market but where each can be asked for. What grows does so where the allocation does, and
 * what shrinks too.
 */
export function reachedBy({ choices }: Pick<PlacementProblem, 'choices'>, after: Allocation): Allocation {
  const replicas = choices.map(({ today }) => today);
  const seats = Map.groupBy(choices.entries(), ([, { deployment, pool }]) => seatName(deployment, pool.site));
  for (const entries of seats.values()) {
    const seat = entries.map(([index]) => index);
    if (seat.every((index) => choices[index]?.isSteered === true)) {
      for (const index of seat) replicas[index] = after.replicas[index] ?? 0;
      continue;
    }
    const changes = seat.map((index) => (after.replicas[index] ?? 0) - (choices[index]?.today ?? 0));
    let left = changes.reduce((sum, change) => sum + change, 0);
    for (const [at, index] of seat.entries()) {
      const change = changes[at] ?? 0;
      if (change * left <= 0) continue;
      const part = Math.sign(left) * Math.min(Math.abs(change), Math.abs(left));
      replicas[index] = (replicas[index] ?? 0) + part;
      left -= part;
    }
  }
  return { replicas, weights: after.weights };
}
