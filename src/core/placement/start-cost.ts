/** What starting a replica costs. */
import type { Choice, PlacementObjective } from '../../model/placement-problem.ts';

/** Dollars per hour over the payback: its machines are paid for while it loads, and a move is a risk with a price. */
export function startUsd({ units, pool, startupHours }: Choice, { moveUsd, paybackHours }: PlacementObjective): number {
  return (moveUsd + units * pool.usdPerHour * startupHours) / paybackHours;
}
