/** Rules of another number of replicas at a site: where more may stand, and what must stay to serve. */
import type { Step } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { View } from '../../model/view.ts';
import { isResident, readyReplicas } from '../readiness.ts';
import { type Trim, trimmedReady } from '../scale.ts';
import { keptBy } from '../slots.ts';
import { type Rule, trimThen } from './case.ts';

/** What is started lies where it may (I19), and what serves is not taken away (I4). */
export const scaled: Rule = (about) => {
  const { view, action, nowMs } = about;
  const { scale, start } = action;
  if (scale === undefined) return [];
  const trim = trimThen(about);
  const outside = start.length > 0 ? residencyReasons(view, scale.site) : [];
  const kept = keptReasons(view, scale.site, scale.replicas);
  return [...outside, ...(kept.length > 0 || trim === undefined ? kept : servedReasons(view, trim, nowMs))];
};

/** Where a replica may not stand; asked again before it is started. */
export function residencyReasons(view: View, name: string): readonly Reason[] {
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined || isResident(view, site)) return [];
  const lies = site.site.residency.join(', ') || 'no stated jurisdiction';
  const message = `${name} lies in ${lies}; allowed: ${view.deployment.residency.join(', ')}`;
  return [{ code: 'ResidencyBlocked', site: name, message }];
}

/** Why what is beyond the number may not go at this moment. */
export function trimReasons(view: View, step: TrimStep, nowMs: number): readonly Reason[] {
  const { site: name, keep } = step;
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined) return [];
  const kept = keptReasons(view, name, keep);
  return kept.length > 0 ? kept : servedReasons(view, trimmedReady(view, site, keptBy(step), nowMs), nowMs);
}

type TrimStep = Step & { readonly kind: 'trim' };

/** A site with traffic keeps something to serve it from. */
function keptReasons(view: View, site: string, keep: number): readonly Reason[] {
  const pct = weightThen(view, site);
  if (keep > 0 || pct === 0) return [];
  const message = `${site} has ${pct} % of the traffic: godwit drain or godwit switchover takes it off first`;
  return [{ code: 'SourceNotFenced', site, message }];
}

/** Whether or not what goes serves: where nothing does nobody knows what will first. */
function servedReasons(view: View, { site, kept }: Trim, nowMs: number): readonly Reason[] {
  if (kept > 0) return [];
  const pct = weightThen(view, site);
  if (pct > 0) {
    const message = `${site} has ${pct} % of the traffic, and none of the replicas that would stay is ready`;
    return [{ code: 'NoReadyCapacity', site, message }];
  }
  const others = view.sites.filter((each) => each.site.name !== site && isResident(view, each));
  if (others.some((each) => readyReplicas(view, each, nowMs).length > 0)) return [];
  return [{ code: 'LastServingSite', site, message: `no other site than ${site} is ready` }];
}

/** While the gateway is not seen what it was told last counts: no weight seen is not no weight. */
function weightThen({ route, inForce }: View, site: string): number {
  return ((route.kind === 'seen' ? route.value?.weights : undefined) ?? inForce)[site] ?? 0;
}
