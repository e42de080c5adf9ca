/** What a placement problem is made of. */
import type { Deployment } from '../../model/deployment.ts';
import type { Demand } from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { Site } from '../../model/site.ts';
import type { View } from '../../model/view.ts';

/** A deployment and what users ask of it. */
export interface DeploymentSight {
  readonly view: View;
  readonly demand: Demand;
}

/** What is configured, what was seen and what users ask, at one moment (`nowMs`, epoch milliseconds). */
export interface ProblemTerms {
  readonly sites: readonly Site[];
  /** As they are configured, whatever an earlier run made of them. */
  readonly deployments: readonly Deployment[];
  readonly policy: RebalancePolicy;
  readonly sights: readonly DeploymentSight[];
  readonly nowMs: number;
}
