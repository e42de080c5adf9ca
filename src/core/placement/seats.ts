/** What runs of a deployment at a site, by the market that it was had in. */
import type { Deployment } from '../../model/deployment.ts';
import type { Pool } from '../../model/placement-problem.ts';
import type { AssumedMarket } from '../../model/rebalance-plan.ts';
import type { SiteView } from '../../model/view.ts';
import { isAlive } from '../readiness.ts';
import { ownPool, type SharedPool } from './pools.ts';
import type { DeploymentSight } from './terms.ts';

/** A placement with the pools that it may use, in the order in which its site lists them. */
export interface Seat {
  readonly deployment: string;
  readonly placement: SiteView['placement'];
  readonly pools: readonly Pool[];
  /** Units of the pool that one replica takes. */
  readonly units: number;
  /** Of each pool, the replicas whose provider tells that they were had there. */
  readonly told: readonly number[];
  /** Others, of which nobody tells it. */
  readonly untold: number;
  /** And those that were had in a market that the site does not list. */
  readonly unlisted: number;
  /** Each of its markets can be asked for, and what runs is told in which it was had: a run brings about what is planned for each. */
  readonly isSteered: boolean;
}

/** Unique: the placement's name, for maps. */
export function seatName(deployment: string, site: string): string {
  return JSON.stringify([deployment, site]);
}

/** One for each placement that is seen. */
export function seatsOf(sights: readonly DeploymentSight[], pools: readonly SharedPool[]): readonly Seat[] {
  return sights.flatMap(({ view }) => view.sites.map((site) => seatAt(view.deployment, site, pools)));
}

function seatAt(
  { name }: Deployment,
  { placement, site, markets = [], replicas }: SiteView,
  shared: readonly SharedPool[],
): Seat {
  const { use } = placement;
  const own = shared.filter(({ pool, accelerator }) => pool.site === site.name && accelerator === use?.accelerator);
  const alive = replicas.filter(({ replica }) => isAlive(replica.state)).map(({ replica }) => replica);
  // What counts alone has one price, whatever its market.
  if (own.length === 0) {
    const pools = [ownPool(name, placement)];
    const none = { untold: 0, unlisted: 0, isSteered: false };
    return { ...{ deployment: name, placement, pools, units: 1 }, told: [alive.length], ...none };
  }
  const told = own.map(({ pool }) => alive.filter(({ market }) => market === pool.market).length);
  const untold = alive.filter(({ market }) => market === undefined).length;
  const unlisted = told.reduce((left, count) => left - count, alive.length - untold);
  return {
    ...{ deployment: name, placement, pools: own.map(({ pool }) => pool), units: use?.count ?? 1 },
    ...{ told, untold, unlisted },
    isSteered: untold + unlisted === 0 && own.every(({ pool }) => markets.includes(pool.market)),
  };
}

/** What is counted without being told: where there is one market only, what nobody tells needs no assumption. */
export function assumedMarkets(seats: readonly Seat[]): readonly AssumedMarket[] {
  return seats.flatMap(({ deployment, placement: { site }, pools, untold, unlisted }): AssumedMarket[] => [
    ...(untold > 0 && pools.length > 1 ? [{ deployment, site, replicas: untold, why: 'not-told' } as const] : []),
    ...(unlisted > 0 ? [{ deployment, site, replicas: unlisted, why: 'not-listed' } as const] : []),
  ]);
}
