/** What a deployment is to be, for whoever shows it. */
import { deploymentInForce, isOfConfiguration } from '../core/in-force.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Standing } from '../model/standing.ts';

/**
 * The configuration's deployment with what stands in its place, and of what stands that which counts: an edit of the file has
 * the last word.
 */
export function setNow(
  deployment: Deployment,
  standing: readonly Standing[],
): { readonly deployment: Deployment; readonly standing: readonly Standing[] } {
  return {
    deployment: deploymentInForce(deployment, standing),
    standing: standing.filter((each) => isOfConfiguration(each, deployment)),
  };
}
