/** Rules of how much must stay: enough proven capacity for what is there, and for the load that moves. */
import type { Plan } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { Weights } from '../../model/route.ts';
import type { SiteView, View } from '../../model/view.ts';
import { sameWeights } from '../../model/weights.ts';
import { isResident, readyReplicas, weightOf } from '../readiness.ts';
import { isOut } from '../standing.ts';
import { isRescue, isTakenBack, type Rule, readyThen, round, targetsOf } from './case.ts';

/** What is compared, beside the last digits of floating point. */
const tiny = 1e-9;

/** A change of weights and what it empties, with the replicas that serve when it happens. */
interface Removal {
  readonly view: View;
  readonly weights: Weights;
  readonly emptied: readonly string[];
  readonly replicas: (site: SiteView) => number;
  readonly nowMs: number;
}

/** Requests per second when every site is rated, else replicas. */
export function unitsOf(view: View, { placement }: SiteView, replicas: number): number {
  return isRated(view) ? replicas * (placement.ratedRps ?? 0) : replicas;
}

function isRated(view: View): boolean {
  return view.sites.every(({ placement }) => placement.ratedRps !== undefined);
}

/** Automation that leaves a failing site takes what there is, and so does anybody who leaves one that serves nothing. */
export const capacityFloor: Rule = (about) => {
  const { view, action, nowMs } = about;
  if (isTakenBack(about) || isRescue(about)) return [];
  if (action.kind === 'failover' && action.trigger === 'automatic') return [];
  const replicas = (site: SiteView): number => readyThen(about, site);
  const emptied = (action.empty ?? []).map(({ site }) => site);
  return floorReasons({ view, weights: action.weights, emptied, replicas, nowMs });
};

/** What was planned may not fit any more: capacity is counted again before each step that takes some away. */
export function floorAtStep(
  view: View,
  plan: Plan,
  change: { readonly weights?: Weights; readonly emptied?: string },
  nowMs: number,
): readonly Reason[] {
  if (plan.kind === 'failover' || plan.kind === 'return') return [];
  const weights = change.weights ?? (view.route.kind === 'seen' ? (view.route.value?.weights ?? {}) : view.inForce);
  // The way back is always open.
  if (change.weights !== undefined && sameWeights(weights, plan.before)) return [];
  const emptied = change.emptied === undefined ? [] : [change.emptied];
  const replicas = (site: SiteView): number => readyReplicas(view, site, nowMs).length;
  return floorReasons({ view, weights, emptied, replicas, nowMs });
}

function floorReasons(removal: Removal): readonly Reason[] {
  return [...belowFloor(removal), ...overload(removal)];
}

/** `failover.safety.minReady`: what is left of everything proven, whether or not it has weight. */
export function belowFloor({ view, weights, emptied, replicas }: Removal): readonly Reason[] {
  const { minReadyRatio } = view.deployment.failover.safety;
  if (minReadyRatio === 0) return [];
  const members = view.sites.filter((each) => isResident(view, each) && !isOut(view, each.site.name));
  const goes = ({ site: { name } }: SiteView): boolean =>
    emptied.includes(name) || (weightOf(view, name) > 0 && (weights[name] ?? 0) === 0);
  const units = (sites: readonly SiteView[]): number =>
    sites.reduce((sum, site) => sum + unitsOf(view, site, replicas(site)), 0);
  const gone = members.filter(goes);
  const [all, taken] = [units(members), units(gone)];
  const left = all - taken;
  const [first] = gone;
  if (first === undefined || taken === 0 || left + tiny >= all * minReadyRatio) return [];
  const unit = isRated(view) ? 'rps' : 'replicas';
  const share = Math.floor((left / all) * 100);
  const message = `${round(left)} of ${round(all)} ready ${unit} would be left (${share} %), at least ${round(minReadyRatio * 100)} %`;
  return [{ code: 'CapacityFloor', site: first.site.name, message }];
}

/** A rated site must be able to serve what it would get, and `failover.safety.headroom` more. */
export function overload({ view, weights, replicas, nowMs }: Removal): readonly Reason[] {
  const rps = presentRps(view, nowMs);
  if (rps === undefined) return [];
  const { headroomRatio } = view.deployment.failover.safety;
  return targetsOf(view, { weights }).flatMap((site): readonly Reason[] => {
    const { ratedRps } = site.placement;
    const { name } = site.site;
    if (ratedRps === undefined) return [];
    const load = (rps * (weights[name] ?? 0)) / 100;
    const can = replicas(site) * ratedRps;
    if (load * (1 + headroomRatio) <= can + tiny) return [];
    const spare = headroomRatio === 0 ? '' : ` with ${round(headroomRatio * 100)} % headroom`;
    const message = `${name} would get ${round(load)} rps and can serve ${round(can / (1 + headroomRatio))}${spare}`;
    return [{ code: 'CapacityFloor', site: name, message }];
  });
}

/** What users send now, all sites together; undefined: not seen, or too long ago to be the load of now. */
export function presentRps({ traffic, deployment }: View, nowMs: number): number | undefined {
  if (traffic.kind === 'unknown' || nowMs - traffic.asOfMs > deployment.failover.detector.staleAfterMs)
    return undefined;
  return traffic.value.sites
    .filter(({ windowMs }) => windowMs > 0)
    .reduce((sum, { attempts, windowMs }) => sum + (attempts * 1000) / windowMs, 0);
}
