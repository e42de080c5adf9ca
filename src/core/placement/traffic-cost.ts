/** What the traffic of a deployment costs at each site: egress, and what is made of latency. */
import type { Load } from '../../model/placement-problem.ts';
import type { Uncounted } from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { DeploymentSight } from './terms.ts';

const bytesPerGiB = 1024 ** 3;
const secondsPerHour = 3600;

/** By site, dollars per hour when all traffic of the deployment goes there; empty where nothing is counted. */
export interface TrafficCost extends Pick<Load, 'trafficUsdPerHour' | 'egressUsdPerHour'> {
  /** What was wanted and could not be counted. */
  readonly uncounted: readonly Uncounted[];
}

type Part =
  | { readonly kind: 'counted'; readonly usdPerHour: Readonly<Record<string, number>> }
  | { readonly kind: 'uncounted'; readonly message: string };

/** Each counts once it is known of every site; one that is not known is not taken for none. */
export function trafficCostOf(sight: DeploymentSight, policy: RebalancePolicy): TrafficCost {
  const { name: deployment } = sight.view.deployment;
  const [latency, egress] = [latencyOf(sight, policy), egressOf(sight, policy)];
  const usd = (part: Part | undefined, site: string): number =>
    part?.kind === 'counted' ? (part.usdPerHour[site] ?? 0) : 0;
  const isCounted = latency?.kind === 'counted' || egress?.kind === 'counted';
  const sites = sight.view.sites.map(({ site }) => site.name);
  const sums = sites.map((site) => [site, usd(egress, site) + usd(latency, site)] as const);
  const uncounted = Object.entries({ egress, latency }).flatMap(([what, part]): readonly Uncounted[] =>
    part?.kind === 'uncounted' ? [{ deployment, what: what as Uncounted['what'], message: part.message }] : [],
  );
  return {
    trafficUsdPerHour: isCounted ? Object.fromEntries(sums) : {},
    ...(egress?.kind === 'counted' ? { egressUsdPerHour: egress.usdPerHour } : {}),
    uncounted,
  };
}

/** Undefined: it is worth nothing. */
function latencyOf({ view, demand }: DeploymentSight, { objective }: RebalancePolicy): Part | undefined {
  if (objective.latencyUsdPerMsHour === 0) return undefined;
  const known = view.sites.map(({ site: { name } }) => [name, demand.firstTokenMs[name]] as const);
  const lacking = known.flatMap(([site, ms]) => (ms === undefined ? [site] : []));
  if (lacking.length > 0) return { kind: 'uncounted', message: `no first token is known of ${lacking.join(', ')}` };
  return {
    kind: 'counted',
    usdPerHour: Object.fromEntries(known.map(([site, ms = 0]) => [site, objective.latencyUsdPerMsHour * ms])),
  };
}

/** Undefined: nobody wrote anything of it. */
function egressOf({ view, demand }: DeploymentSight, { responseBytes = {} }: RebalancePolicy): Part | undefined {
  const { name: deployment } = view.deployment;
  const rates = view.sites.map(({ site }) => [site.name, site.egressUsdPerGiB] as const);
  const lacking = rates.flatMap(([site, usd]) => (usd === undefined ? [site] : []));
  if (lacking.length === rates.length && responseBytes[deployment] === undefined) return undefined;
  const uncounted = (message: string): Part => ({ kind: 'uncounted', message });
  if (lacking.length > 0) return uncounted(`no egress price is written of ${lacking.join(', ')} (sites.SITE.egress)`);
  if (demand.response === undefined)
    return uncounted(`nobody says how large a response is (rebalance.responseSize.${deployment})`);
  const gibPerHour = (demand.rps * demand.response.bytes * secondsPerHour) / bytesPerGiB;
  return { kind: 'counted', usdPerHour: Object.fromEntries(rates.map(([site, usd = 0]) => [site, gibPerHour * usd])) };
}
