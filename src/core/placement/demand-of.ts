/** What users ask of a deployment, as its gateway counts it. */
import type { Demand } from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { View } from '../../model/view.ts';
import { presentRps } from '../rules/capacity.ts';

/**
 * The configured demand, or what is counted now if that is more. Undefined: neither says anything; a deployment without a request
 * in a few seconds is not one that needs no capacity. Nor does the configured one say anything while the counts are not seen: an
 * overload is when a gateway is slow to tell them.
 */
export function demandOf(view: View, { demandRps }: RebalancePolicy, nowMs: number): Demand | undefined {
  const counted = presentRps(view, nowMs);
  if (counted === undefined) return undefined;
  const configured = demandRps[view.deployment.name] ?? 0;
  const rps = Math.max(counted, configured);
  if (rps === 0) return undefined;
  const { traffic } = view;
  const seen = traffic.kind === 'seen' ? traffic.value.sites : [];
  const firstTokenMs = Object.fromEntries(
    seen.flatMap(({ site, firstTokenP50Ms }) => (firstTokenP50Ms === undefined ? [] : [[site, firstTokenP50Ms]])),
  );
  const isCounted = counted >= configured && traffic.kind === 'seen';
  return { rps, firstTokenMs, from: isCounted ? 'gateway' : 'config', asOfMs: isCounted ? traffic.asOfMs : nowMs };
}
