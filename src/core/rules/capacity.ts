/** Rules of how much must stay: enough proven capacity for what is there, and for the load that moves. */
import type { Plan } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { Weights } from '../../model/route.ts';
import type { SiteView, View } from '../../model/view.ts';
import { sameWeights } from '../../model/weights.ts';
import { isResident, readyReplicas, weightOf } from '../readiness.ts';
import type { Trim } from '../scale.ts';
import { isOut } from '../standing.ts';
import { isRescue, isTakenBack, type Rule, readyThen, round, targetsOf, trimThen } from './case.ts';

/** What is compared, beside the last digits of floating point. */
const tiny = 1e-9;

/** A change of weights and what it empties, with the replicas that serve when it happens. */
interface Removal {
  readonly view: View;
  readonly weights: Weights;
  readonly emptied: readonly string[];
  /** A part of one site that is taken away; absent: none. */
  readonly trim?: Trim | undefined;
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
  const trim = trimThen(about);
  const replicas = readyWith(trim, (site) => readyThen(about, site));
  const emptied = (action.empty ?? []).map(({ site }) => site);
  return floorReasons({ view, weights: action.weights, emptied, trim, replicas, nowMs });
};

/** What was planned may not fit any more: capacity is counted again before each step that takes some away. */
export function floorAtStep(
  view: View,
  plan: Plan,
  change: { readonly weights?: Weights; readonly emptied?: string; readonly trim?: Trim },
  nowMs: number,
): readonly Reason[] {
  if (plan.kind === 'failover' || plan.kind === 'return') return [];
  const weights = change.weights ?? (view.route.kind === 'seen' ? (view.route.value?.weights ?? {}) : view.inForce);
  // The way back is always open.
  if (change.weights !== undefined && sameWeights(weights, plan.before)) return [];
  const emptied = change.emptied === undefined ? [] : [change.emptied];
  const { trim } = change;
  const replicas = readyWith(trim, (site) => readyReplicas(view, site, nowMs).length);
  return floorReasons({ view, weights, emptied, trim, replicas, nowMs });
}

/** As `ready` has it, but at the site that is trimmed. */
function readyWith(trim: Trim | undefined, ready: Removal['replicas']): Removal['replicas'] {
  return (site) => (trim?.site === site.site.name ? trim.kept + trim.taken : ready(site));
}

function floorReasons(removal: Removal): readonly Reason[] {
  return [...belowFloor(removal), ...overload(removal)];
}

/** `failover.safety.minReady`: what is left of everything proven, whether or not it has weight. */
export function belowFloor({ view, weights, emptied, trim, replicas }: Removal): readonly Reason[] {
  const { minReadyRatio } = view.deployment.failover.safety;
  if (minReadyRatio === 0) return [];
  const members = view.sites.filter((each) => isResident(view, each) && !isOut(view, each.site.name));
  const goes = ({ site: { name } }: SiteView): boolean =>
    emptied.includes(name) || (weightOf(view, name) > 0 && (weights[name] ?? 0) === 0);
  const units = (sites: readonly SiteView[]): number =>
    sites.reduce((sum, site) => sum + unitsOf(view, site, replicas(site)), 0);
  const gone = members.filter((each) => goes(each) || each.site.name === trim?.site);
  const goesAt = (site: SiteView): number =>
    unitsOf(view, site, trim?.site === site.site.name ? trim.taken : replicas(site));
  const [all, taken] = [units(members), gone.reduce((sum, site) => sum + goesAt(site), 0)];
  const left = all - taken;
  const [first] = gone;
  if (first === undefined || taken === 0 || left + tiny >= all * minReadyRatio) return [];
  const unit = isRated(view) ? 'rps' : 'replicas';
  const share = Math.floor((left / all) * 100);
  const message = `${round(left)} of ${round(all)} ready ${unit} would be left (${share} %), at least ${round(minReadyRatio * 100)} %`;
  return [{ code: 'CapacityFloor', site: first.site.name, message }];
}

/** A rated site must be able to serve what it would get, and `failover.safety.headroom` more. */
export function overload({ view, weights, trim, replicas, nowMs }: Removal): readonly Reason[] {
  const rps = presentRps(view, nowMs);
  if (rps === undefined) return [];
  const { headroomRatio } = view.deployment.failover.safety;
  const served = view.sites.filter(({ site: { name } }) => name === trim?.site && trim.taken > 0);
  return [...new Set([...targetsOf(view, { weights }), ...served])].flatMap((site): readonly Reason[] => {
    const { ratedRps } = site.placement;
    const { name } = site.site;
    if (ratedRps === undefined) return [];
    const load = (rps * (weights[name] ?? 0)) / 100;
    const can = (trim?.site === name ? trim.kept : replicas(site)) * ratedRps;
    if (load * (1 + headroomRatio) <= can + tiny) return [];
    const spare = headroomRatio === 0 ? '' : ` with ${round(headroomRatio * 100)} % headroom`;
    const message = `${name} would get ${round(load)} rps and can serve ${round(can / (1 + headroomRatio))}${spare}`;
    return [{ code: 'CapacityFloor', site: name, message }];
  });
}

/** What users send now, all sites together; undefined: not seen, for too short a time, or too long ago to be the load of now. */
export function presentRps({ traffic, deployment }: View, nowMs: number): number | undefined {
  if (traffic.kind === 'unknown' || nowMs - traffic.asOfMs > deployment.failover.detector.staleAfterMs)
    return undefined;
  const { sites } = traffic.value;
  if (sites.some(({ windowMs }) => windowMs < leastWindowMs)) return undefined;
  return sites.reduce((sum, { attempts, windowMs }) => sum + (attempts * 1000) / windowMs, 0);
}

/** A gateway that has just begun to count has seen next to nothing, whatever users send. */
const leastWindowMs = 1000;
