/** Where traffic should go, and the weights that bring it there. */
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Weights } from '../model/route.ts';
import type { SiteView, View } from '../model/view.ts';
import { isFailing } from './diagnose.ts';
import { areIndependent, isResident, leavingReason, readyReplicas, unusableReason, weightOf } from './readiness.ts';
import { isOut } from './standing.ts';
import { startBlock } from './start-block.ts';

/**
 * Allowed and independent first, then ready now, then those that could be started, then those where a start failed just
 * now, then those that will have nothing in a moment, last those of which nobody knows yet what they hold; within each the
 * placements' order.
 * The whole share goes to one site: a move to one proven place is easier to follow at night than a spread.
 */
export function bestTarget(
  view: View,
  source: { readonly site: string },
  diagnosis: Diagnosis,
  nowMs: number,
): SiteView | undefined {
  const from = view.sites.find(({ site }) => site.name === source.site);
  const rank = (site: SiteView): number => {
    const independent = from === undefined || areIndependent(from, site) ? 0 : 10;
    if (readyReplicas(view, site, nowMs).length > 0) return independent;
    if (leavingReason(view, site, nowMs).length > 0) return independent + 3;
    if (unusableReason(view, site, nowMs).length > 0) return independent + 4;
    return independent + (startBlock(view, site.site.name, nowMs) === undefined ? 1 : 2);
  };
  const isBad = (site: SiteView): boolean =>
    diagnosis.sites.some((each) => each.site === site.site.name && isFailing(each));
  return view.sites
    .filter(
      (site) =>
        site.site.name !== source.site &&
        site.placement.replicas > 0 &&
        isResident(view, site) &&
        !isBad(site) &&
        !isOut(view, site.site.name),
    )
    .map((site, order) => ({ site, order, rank: rank(site) }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order)[0]?.site;
}

/**
 * One site's share given to another; the rest stays. The target gets what is missing to 100, so that the sum holds (I5)
 * also when a share belonged to a site that the deployment no longer has, or to none yet.
 */
export function moveAll(view: View, from: string, to: string): Weights {
  const present = Object.fromEntries(view.sites.map(({ site }) => [site.name, weightOf(view, site.name)]));
  const moved: Record<string, number> = { ...present, [from]: 0, [to]: 0 };
  return { ...moved, [to]: 100 - Object.values(moved).reduce((sum, each) => sum + each, 0) };
}
