/** Whether a plan is worth its moves. */
import { steadyUsd } from '../../model/placement-problem.ts';
import type { FoundPlan } from '../../model/rebalance-plan.ts';

/** Dollars an hour that a run saves, its moves taken off. */
export function gainOf({ today, cost, reached = cost }: Pick<FoundPlan, 'today' | 'cost' | 'reached'>): number {
  return steadyUsd(today) - steadyUsd(reached) - reached.moves;
}

/** `mends`: something is broken today, which is worth any price. */
export function worthOf(
  plan: FoundPlan,
  minimumGainUsdPerHour: number,
): 'best-as-it-is' | 'gains-too-little' | 'gains' | 'mends' {
  if (plan.changes.length === 0) return 'best-as-it-is';
  if (plan.mends.length > 0) return 'mends';
  const gain = gainOf(plan);
  return gain > 0 && gain >= minimumGainUsdPerHour ? 'gains' : 'gains-too-little';
}
