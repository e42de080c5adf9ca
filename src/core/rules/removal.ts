/** Rules of what is emptied or stopped: not what serves, not the last that could, and one site at a time (I12). */
import type { Operation } from '../../model/operation.ts';
import type { Step } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { SiteView, View } from '../../model/view.ts';
import { age, span } from '../../model/words.ts';
import { isWithin } from '../elapsed.ts';
import { isResident, readyReplicas, weightOf } from '../readiness.ts';
import { countText, type Trim } from '../scale.ts';
import { isOut } from '../standing.ts';
import { unitsOf } from './capacity.ts';
import { type Rule, readyThen, trimThen } from './case.ts';

/** What is emptied must not be what users are served from. */
export const emptied: Rule = ({ view, action, nowMs }) => {
  const sites = (action.empty ?? []).map(({ site }) => site);
  const served = sites.filter((site) => (action.weights[site] ?? 0) > 0);
  if (served.length > 0)
    return served.map((site) => ({
      code: 'SourceNotFenced',
      site,
      message: `${site} has ${action.weights[site] ?? 0} % of the traffic: drain it first`,
    }));
  return action.kind === 'stop' ? sites.flatMap((site) => stopReasons(view, site, nowMs)) : [];
};

/** Why a site may not be stopped at this moment. */
export function stopReasons(view: View, name: string, nowMs: number): readonly Reason[] {
  const reasons: Reason[] = [];
  if (view.route.kind === 'unknown') reasons.push({ code: 'DriverUnreachable', message: view.route.error.message });
  if (weightOf(view, name) > 0)
    reasons.push({
      code: 'SourceNotFenced',
      site: name,
      message: `${name} still has ${weightOf(view, name)} % of the traffic`,
    });
  // What lies where the deployment may not go is ready for nobody.
  const others = view.sites.filter((each) => each.site.name !== name && isResident(view, each));
  if (others.every((site) => readyReplicas(view, site, nowMs).length === 0))
    reasons.push({ code: 'LastServingSite', site: name, message: `no other site than ${name} is ready` });
  return reasons;
}

/** Most of what is ready that one removal may take, 0–1 (I12). */
export const mostRatio = 0.5;

/**
 * One site at a time, and never most of what is ready, within `failover.safety.removalWindow`. What the plan starts and proves
 * before it empties anything counts: whether it is there then is asked again at that step.
 */
export const removalVelocity: Rule = (about) => {
  const { view, action, nowMs } = about;
  const { removalWindowMs } = view.deployment.failover.safety;
  const trim = trimThen(about);
  const emptying = [...(action.empty ?? []).map(({ site }) => site), ...(trim === undefined ? [] : [trim.site])];
  if (removalWindowMs === 0 || emptying.length === 0) return [];
  const replicas = (site: SiteView): number => readyThen(about, site);
  const counted = { replicas, trim, trimmedBefore: trimmedBefore(view, trim, removalWindowMs, nowMs) };
  return [...removedBefore(view, emptying, removalWindowMs, nowMs), ...tooMuch(view, emptying, counted)];
};

/**
 * Asked again before each step that empties a site or stops what is there: what was planned may be old, and resumed by a
 * program that did not plan it. The operation itself is the one that is open; another that has only been planned may yet be
 * told the same.
 */
export function velocityAtStep(view: View, site: string, nowMs: number, trim?: Trim): readonly Reason[] {
  const { removalWindowMs } = view.deployment.failover.safety;
  if (removalWindowMs === 0) return [];
  const before = { ...view, open: undefined, others: view.others.filter(hasBegun) };
  const replicas = (each: SiteView): number => readyReplicas(view, each, nowMs).length;
  const counted = { replicas, trim, trimmedBefore: trimmedBefore(view, trim, removalWindowMs, nowMs) };
  return [...removedBefore(before, [site], removalWindowMs, nowMs), ...tooMuch(view, [site], counted)];
}

/** By earlier operations in the same window, at the same site: several small ones are no smaller than one that is large. */
function trimmedBefore(
  { recent }: View,
  trim: Trim | undefined,
  windowMs: number,
  nowMs: number,
): Counted['trimmedBefore'] {
  if (trim === undefined) return { taken: 0, untilMs: nowMs };
  const past = recent.filter(
    (each) => each.endedAtMs !== undefined && isWithin(windowMs, each.endedAtMs, nowMs) && hasEmptied(each),
  );
  const here = past.map(({ plan: { steps }, endedAtMs = nowMs }) => ({
    taken: steps.reduce((sum, step) => sum + (step.kind === 'trim' && step.site === trim.site ? step.takes : 0), 0),
    untilMs: endedAtMs + windowMs,
  }));
  return {
    taken: here.reduce((sum, { taken }) => sum + taken, 0),
    untilMs: Math.max(nowMs, ...here.flatMap(({ taken, untilMs }) => (taken > 0 ? [untilMs] : []))),
  };
}

/** What is ready, by site, and the part of it that is taken. */
interface Counted {
  readonly replicas: (site: SiteView) => number;
  /** Of one of the sites only a part; absent: all of each. */
  readonly trim: Trim | undefined;
  /** `untilMs`: when none of it counts any more, epoch milliseconds. */
  readonly trimmedBefore: { readonly taken: number; readonly untilMs: number };
}

/** Other sites that were emptied a moment ago, or are being emptied now, also for another deployment. */
function removedBefore(view: View, emptying: readonly string[], windowMs: number, nowMs: number): readonly Reason[] {
  const isOther = (operation: Operation): boolean => emptiedBy(operation).some((site) => !emptying.includes(site));
  const [running] = [...(view.open === undefined ? [] : [view.open]), ...view.others].filter(isOther);
  if (running !== undefined) {
    const message = `${running.id} (${running.plan.kind} of ${running.plan.deployment}) ${isPartial(running) ? 'is taking replicas of' : 'is emptying'} ${emptiedBy(running).join(', ')}`;
    return [{ code: 'RemovalVelocity', message }];
  }
  const past = view.recent.filter(
    (each) => each.endedAtMs !== undefined && isWithin(windowMs, each.endedAtMs, nowMs) && isOther(each),
  );
  const [newest] = past.filter(hasEmptied);
  if (newest === undefined) return [];
  const endedAtMs = newest.endedAtMs ?? nowMs;
  return [
    {
      code: 'RemovalVelocity',
      message: `${newest.id} ${isPartial(newest) ? 'took replicas of' : 'emptied'} ${emptiedBy(newest).join(', ')} ${age(nowMs - endedAtMs)} ago; one site in ${span(windowMs)}`,
      untilMs: endedAtMs + windowMs,
    },
  ];
}

/** What a person emptied before is gone from the count: it was answered for then. */
function tooMuch(
  view: View,
  emptying: readonly string[],
  { replicas, trim, trimmedBefore: before }: Counted,
): readonly Reason[] {
  const members = view.sites.filter((each) => isResident(view, each) && !isOut(view, each.site.name));
  const isTrimmed = ({ site }: SiteView): boolean => site.name === trim?.site;
  const sum = (sites: readonly SiteView[], count: Counted['replicas']): number =>
    sites.reduce((total, site) => total + unitsOf(view, site, count(site)), 0);
  const goes = (site: SiteView): number =>
    trim !== undefined && isTrimmed(site) ? trim.taken + before.taken : replicas(site);
  const all = sum(members, (site) => (trim !== undefined && isTrimmed(site) ? trim.kept + goes(site) : replicas(site)));
  const taken = sum(
    members.filter(({ site }) => emptying.includes(site.name)),
    goes,
  );
  if (trim?.taken === 0 || taken <= all * mostRatio) return [];
  const share = Math.round((taken / all) * 100);
  const message = `would take ${share} % of what is ready at once, at most ${mostRatio * 100} %${mayGo(view, all, { trim, before })}`;
  // By itself it is small enough, as far as can be said now: what is left of the window is in the way.
  const passes = before.taken > 0 ? { untilMs: before.untilMs } : {};
  return [{ code: 'RemovalVelocity', message, ...passes }];
}

/** Of a site that keeps something: how many may go at this moment. */
function mayGo(
  view: View,
  all: number,
  { trim, before }: { readonly trim: Trim | undefined; readonly before: Counted['trimmedBefore'] },
): string {
  const site = view.sites.find((each) => each.site.name === trim?.site);
  if (site === undefined) return '';
  const most = Math.floor((all * mostRatio) / unitsOf(view, site, 1)) - before.taken;
  return most > 0 ? `; ${countText(most)} may go now` : '';
}

/** The sites an operation empties, by its own steps. */
function emptiedBy({ plan }: Operation): readonly string[] {
  return [...new Set(plan.steps.flatMap((step) => (isRemoval(step) ? [step.site] : [])))];
}

/** Something stays at each of the sites. */
function isPartial({ plan }: Operation): boolean {
  return plan.steps.every((step) => !isRemoval(step) || (step.kind === 'trim' && step.keep > 0));
}

function isRemoval(step: Step): step is Extract<Step, { kind: 'drain' | 'cut' | 'stop' | 'trim' }> {
  return step.kind === 'drain' || step.kind === 'cut' || step.kind === 'stop' || step.kind === 'trim';
}

/**
 * Whether it took away anything, or may have: one that was refused before that did not, nor one that gave it back. What it
 * stopped it has not given back.
 */
export function hasEmptied({ plan, state, step }: Operation): boolean {
  if (state !== 'failed' && state !== 'returned') return true;
  const first = plan.steps.findIndex(state === 'failed' ? isRemoval : ({ kind }) => kind === 'stop' || kind === 'trim');
  return first >= 0 && step >= first;
}

/** Its record may name a step before the present one, as long as both are of one state: a fence is followed by a drain so. */
function hasBegun({ plan, step }: Operation): boolean {
  const first = plan.steps.findIndex(isRemoval);
  return first >= 0 && plan.steps.slice(step, first).every(({ kind }) => kind === 'fence');
}
