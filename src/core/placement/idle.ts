/** Whether users ask so little of a deployment now that it may be changed at leisure. */
import type { Reason } from '../../model/reason.ts';
import type { View } from '../../model/view.ts';
import { readyReplicas } from '../readiness.ts';
import { presentRps } from '../rules/capacity.ts';
import { round } from '../rules/case.ts';

/**
 * Empty: what the gateway counts now is below this share (0–1) of what the replicas that are ready are rated for. A load that is
 * not seen is not low; nor is any where nothing is ready.
 */
export function notIdle(view: View, belowRatio: number, nowMs: number): readonly Reason[] {
  const { name } = view.deployment;
  const rps = presentRps(view, nowMs);
  if (rps === undefined) return [{ code: 'NotIdle', message: `what users ask of ${name} now is not seen` }];
  const ratedRps = view.sites.reduce(
    (sum, site) => sum + readyReplicas(view, site, nowMs).length * (site.placement.ratedRps ?? 0),
    0,
  );
  if (ratedRps > 0 && rps < ratedRps * belowRatio) return [];
  const message = `${name} serves ${round(rps)} of ${round(ratedRps)} rps that are ready; idle is below ${round(belowRatio * 100)} %`;
  return [{ code: 'NotIdle', message }];
}
