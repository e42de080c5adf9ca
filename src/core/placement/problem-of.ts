/** Puts together what there is to decide, from what is seen of each deployment and what the configuration asks for. */
import type { Choice, Load, Place, PlacementProblem, Pool } from '../../model/placement-problem.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { Site } from '../../model/site.ts';
import { withoutEmptied } from './emptied.ts';
import { poolsOf } from './pools.ts';
import { rulesOf } from './rules-of.ts';
import { type Seat, seatsOf } from './seats.ts';
import type { DeploymentSight, ProblemTerms } from './terms.ts';
import { trafficCostOf } from './traffic-cost.ts';

const hourMs = 3_600_000;

/** Every site of every deployment is seen; every placement has a rating and a price. */
export function problemOf(terms: ProblemTerms): PlacementProblem {
  const { sites, policy, sights } = terms;
  const { moveUsd, paybackMs } = policy.objective;
  const pools = poolsOf(sites);
  const seats = seatsOf(sights, pools);
  const free = new Map(pools.map(({ pool, units }) => [pool.name, units]));
  // All that is told first: what one deployment is assumed to have, no other was told to stand on.
  for (const { pools: own, told, units } of seats)
    for (const [index, pool] of own.entries()) free.set(pool.name, freeOf(free, pool) - (told[index] ?? 0) * units);
  const all = seats.flatMap((seat) => choicesAt(seat, free));
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

/**
 * What was told is counted where it was had, the rest in the order in which the site lists its markets, as far as there is room.
 * `free`: units of each pool that nothing told stands on.
 */
function choicesAt(
  { deployment, placement, pools, units, ...seat }: Seat,
  free: Map<string, number>,
): readonly Choice[] {
  let left = seat.untold + seat.unlisted;
  return pools.map((pool, index): Choice => {
    const isLast = index === pools.length - 1;
    const more = isLast ? left : Math.min(left, Math.max(0, Math.floor(freeOf(free, pool) / units)));
    left -= more;
    free.set(pool.name, freeOf(free, pool) - more * units);
    return {
      ...{ deployment, pool, units, today: (seat.told[index] ?? 0) + more, ratedRps: placement.ratedRps ?? 0 },
      startupHours: placement.launch.startupTimeoutMs / hourMs,
      ...(seat.isSteered ? { isSteered: true } : {}),
    };
  });
}

/** Without a limit for a pool of one placement alone. */
function freeOf(free: ReadonlyMap<string, number>, { name }: Pool): number {
  return free.get(name) ?? Number.POSITIVE_INFINITY;
}

function loadOf(sight: DeploymentSight, policy: RebalancePolicy): Load {
  const { view, demand } = sight;
  const { uncounted: _, ...costs } = trafficCostOf(sight, policy);
  return {
    deployment: view.deployment.name,
    demandRps: demand.rps,
    today: view.route.kind === 'seen' ? view.route.value?.weights : undefined,
    ...costs,
  };
}
