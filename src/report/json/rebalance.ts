/** A rebalancing for machines. */
import type { RebalanceOutcome, RebalancePlan } from '../../model/rebalance-plan.ts';

/** Base units, ratios 0–1, dollars an hour. */
export function rebalanceJson({ atMs, configDigest, demands, prices, uncounted, outcome }: RebalancePlan) {
  return { atMs, configDigest, demands, prices, uncounted, ...outcomeJson(outcome) };
}

function outcomeJson(outcome: RebalanceOutcome) {
  switch (outcome.kind) {
    case 'plan': {
      const { allocation: _, kind, ...plan } = outcome;
      return { outcome: kind, ...plan };
    }
    case 'impossible':
    case 'unknown':
    case 'skipped': {
      const { kind, ...rest } = outcome;
      return { outcome: kind, ...rest };
    }
  }
}
