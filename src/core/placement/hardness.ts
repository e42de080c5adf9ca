/** Which rules are named first when some of them cannot be kept together: what the world says before what somebody wishes. */
import type { PlacementLimit, PlacementRule } from '../../model/placement-problem.ts';

const hardestFirst: readonly PlacementLimit['kind'][] = [
  'demand',
  'capacity',
  'block',
  'residency',
  'freeze',
  'minimumSites',
  'survive',
  'vendorShare',
  'spotOnlyFor',
  'spotShare',
  'headroom',
  'budget',
  'costChange',
  'replicaChange',
  'trafficChange',
];

/** Those of one kind stay in their order. */
export function byHardness(rules: readonly PlacementRule[]): readonly PlacementRule[] {
  return hardestFirst.flatMap((kind) => rules.filter((rule) => rule.kind === kind));
}
