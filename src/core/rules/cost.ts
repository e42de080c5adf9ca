/** The rule of what a deployment may cost in an hour. */
import type { SiteView } from '../../model/view.ts';
import { isAlive } from '../readiness.ts';
import { type Case, isTakenBack, type Rule, round, startsAt } from './case.ts';

/** What would run then. */
export interface HourlyCost {
  /** Of the replicas whose price is known. */
  readonly usd: number;
  /** Sites that would hold replicas of no stated price. */
  readonly unpriced: readonly string[];
}

/** Asked when something is started; what runs already is not made cheaper by standing still. */
export const costCeiling: Rule = (about) => {
  const { view } = about;
  const { maxUsdPerHour } = view.deployment.failover.safety;
  if (maxUsdPerHour === undefined || isTakenBack(about)) return [];
  if (view.sites.every((site) => startsAt(about, site) === 0)) return [];
  const { usd, unpriced } = costThen(about);
  if (usd <= maxUsdPerHour && unpriced.length === 0) return [];
  const known = `${round(usd)} USD/h would run, at most ${maxUsdPerHour}`;
  const message = unpriced.length === 0 ? known : `${known}; beside it, of no known price: ${unpriced.join(', ')}`;
  return [{ code: 'CostCeiling', message }];
};

/** Alive replicas and those that are started, without those that are stopped. */
export function costThen(about: Case): HourlyCost {
  const counted = about.view.sites.map((site) => ({ site, replicas: replicasThen(about, site) }));
  const priced = counted.map(({ site, replicas }) => replicas * (site.placement.usdPerHour ?? 0));
  return {
    usd: priced.reduce((sum, each) => sum + each, 0),
    unpriced: counted
      .filter(({ site, replicas }) => replicas > 0 && site.placement.usdPerHour === undefined)
      .map(({ site }) => site.site.name),
  };
}

function replicasThen(about: Case, site: SiteView): number {
  const isStopped = about.action.empty?.some((each) => each.site === site.site.name && each.stop !== undefined);
  if (isStopped === true) return 0;
  return site.replicas.filter(({ replica }) => isAlive(replica.state)).length + startsAt(about, site);
}
