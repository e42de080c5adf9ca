/** How a rebalancing ended, for machines. */
import type { RebalancePlan } from '../../model/rebalance-plan.ts';
import type { EndTold } from '../text/rebalance-end.ts';
import { rebalanceJson } from './rebalance.ts';

/** `ended`: in one word. `plan` undefined: none was made. */
export function rebalanceEndJson(ended: string, told: EndTold, plan: RebalancePlan | undefined) {
  const { done, left, reasons } = told;
  return { ended, done, left, reasons, plan: plan === undefined ? null : rebalanceJson(plan) };
}
