/** How much is asked before a change is made. */
import type { Action } from '../model/decision.ts';
import type { Danger } from '../model/forecast.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { isResident, readyReplicas, weightOf } from './readiness.ts';
import { targetsOf } from './rules/case.ts';

/** `isProtected`: of the configuration. */
export function dangerOf(
  view: View,
  action: Action,
  { isProtected, reason }: { readonly isProtected: boolean; readonly reason: string | undefined },
  nowMs: number,
): Danger {
  const why = [
    ...(action.overrides ?? []).map((rule) => `it overrides ${rule}`),
    ...lastOnes(view, action, nowMs),
    ...(isProtected && reason === undefined ? [`${view.deployment.name} is protected and no reason is given`] : []),
  ];
  if (why.length > 0) return { level: 'severe', why };
  const isIdle = action.kind === 'drain' && sameWeights(action.weights, view.inForce);
  return { level: isIdle ? 'mild' : 'moderate', why: [] };
}

/** What is left to serve from, once the sites that are emptied, or lose all their weight, are gone. */
function lastOnes(view: View, action: Action, nowMs: number): readonly string[] {
  const { scale } = action;
  const none = scale?.replicas === 0 ? [{ site: scale.site, stop: scale.how }] : [];
  const empty = [...(action.empty ?? []), ...none];
  const isReady = (name: string): boolean =>
    view.sites.some((site) => site.site.name === name && readyReplicas(view, site, nowMs).length > 0);
  const leaves = view.sites
    .map(({ site }) => site.name)
    .filter(
      (name) =>
        empty.some(({ site }) => site === name) || (weightOf(view, name) > 0 && (action.weights[name] ?? 0) === 0),
    );
  // What takes over is proven before anything leaves.
  const takeOver = targetsOf(view, action).map(({ site }) => site.name);
  const others = view.sites.filter(
    (site) =>
      !leaves.includes(site.site.name) &&
      isResident(view, site) &&
      (isReady(site.site.name) || takeOver.includes(site.site.name)),
  );
  return leaves.filter(isReady).flatMap((name): readonly string[] => {
    if (others.length === 0) return [`${name} is the last site that is ready to serve`];
    const isStopped = empty.some(({ site, stop }) => site === name && stop !== undefined);
    const [only] = others;
    return isStopped && others.length === 1 && only !== undefined
      ? [`${name} is the only other ready site beside ${only.site.name}: without it nothing takes over`]
      : [];
  });
}
