/** Puts together what there is to decide, from what is seen of each deployment and what the configuration asks for. */
import type { Choice, Load, Place, PlacementProblem } from '../../model/placement-problem.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { Site } from '../../model/site.ts';
import type { SiteView, View } from '../../model/view.ts';
import { isAlive } from '../readiness.ts';
import { withoutEmptied } from './emptied.ts';
import { ownPool, poolsOf, type SharedPool } from './pools.ts';
import { rulesOf } from './rules-of.ts';
import type { DeploymentSight, ProblemTerms } from './terms.ts';

const hourMs = 3_600_000;

/** Every site of every deployment is seen; every placement has a rating and a price. */
export function problemOf(terms: ProblemTerms): PlacementProblem {
  const { sites, policy, sights } = terms;
  const { moveUsd, paybackMs } = policy.objective;
  const pools = poolsOf(sites);
  const free = new Map(pools.map(({ pool, units }) => [pool.name, units]));
  const all = sights.flatMap(({ view }) => view.sites.flatMap((site) => choicesAt(view, site, pools, free)));
  const offered = withoutEmptied(sights, { choices: all, pools });
  return {
    places: sites.map(placeOf),
    choices: offered.choices,
    loads: sights.map((sight) => loadOf(sight, policy)),
    rules: rulesOf(terms, offered.pools, offered.choices),
    paidUsdPerHour: pools.reduce((sum, { paidUsdPerHour }) => sum + paidUsdPerHour, 0),
    objective: { moveUsd, paybackHours: paybackMs / hourMs },
  };
}

function placeOf({ name, vendor, provider, residency, failureDomains }: Site): Place {
  return { name, vendor: vendor ?? provider, residency, failureDomains };
}

/** Of what runs nobody sees in which market it was had: it is counted in the order in which the site lists its markets. */
function choicesAt(
  { deployment }: View,
  { placement, site, replicas }: SiteView,
  pools: readonly SharedPool[],
  free: Map<string, number>,
): readonly Choice[] {
  const { use } = placement;
  let left = replicas.filter(({ replica }) => isAlive(replica.state)).length;
  const own = pools.filter(({ pool, accelerator }) => pool.site === site.name && accelerator === use?.accelerator);
  const units = own.length === 0 ? 1 : (use?.count ?? 1);
  const at = own.length === 0 ? [ownPool(deployment.name, placement)] : own.map(({ pool }) => pool);
  return at.map((pool, index): Choice => {
    const room = Math.floor((free.get(pool.name) ?? Number.POSITIVE_INFINITY) / units);
    const today = index === at.length - 1 ? left : Math.min(left, room);
    left -= today;
    free.set(pool.name, (free.get(pool.name) ?? Number.POSITIVE_INFINITY) - today * units);
    return {
      ...{ deployment: deployment.name, pool, units, today, ratedRps: placement.ratedRps ?? 0 },
      startupHours: placement.launch.startupTimeoutMs / hourMs,
    };
  });
}

/** Latency counts once it is known of every site; one that is not known is not taken for none. */
function loadOf({ view, demand }: DeploymentSight, { objective }: RebalancePolicy): Load {
  const known = view.sites.every(({ site }) => demand.firstTokenMs[site.name] !== undefined);
  const usdOf = (site: string): number => objective.latencyUsdPerMsHour * (demand.firstTokenMs[site] ?? 0);
  return {
    deployment: view.deployment.name,
    demandRps: demand.rps,
    today: view.route.kind === 'seen' ? view.route.value?.weights : undefined,
    trafficUsdPerHour: known ? Object.fromEntries(view.sites.map(({ site }) => [site.name, usdOf(site.name)])) : {},
  };
}
