/** What every rule looks at, and what several of them ask of it. */
import type { Action } from '../../model/decision.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Reason } from '../../model/reason.ts';
import type { SiteView, View } from '../../model/view.ts';
import { sharesOf } from '../plan/hunt.ts';
import { missingSlots, readyReplicas, unusableReason, weightOf } from '../readiness.ts';
import { beyond, type Trim, trimmedReady } from '../scale.ts';

/** Everything a rule may look at. */
export interface Case {
  readonly view: View;
  readonly diagnosis: Diagnosis;
  readonly action: Action;
  readonly nowMs: number;
}

/** Allows (nothing) or names its reasons with values. */
export type Rule = (about: Case) => readonly Reason[];

/** Sites whose weight the action raises. */
export function targetsOf(view: View, action: Pick<Action, 'weights'>): readonly SiteView[] {
  return view.sites.filter((site) => (action.weights[site.site.name] ?? 0) > weightOf(view, site.site.name));
}

/** A failover away from a site that serves nothing: little is better than none. */
export function isRescue({ action, diagnosis }: Case): boolean {
  return action.kind === 'failover' && diagnosis.sites.find(({ site }) => site === action.from)?.servesNothing === true;
}

/** A person takes a move back: where it came from was in order, and what they see may be worse. */
export function isTakenBack({ action }: Case): boolean {
  return action.kind === 'return' && action.requestId !== undefined;
}

/** How many replicas the plan starts at the site before anything moves. */
export function startsAt(about: Case, site: SiteView): number {
  const { view, action, nowMs } = about;
  const { name } = site.site;
  if (action.hunt !== undefined) return dearestShare(view, action.hunt, name);
  const asked = action.start.flatMap((each) => (each.site === name ? each.slots : [])).length;
  const wakes = action.kind !== 'start' && isRaised(about, site) && readyReplicas(view, site, nowMs).length === 0;
  return wakes ? missingSlots(view, site, nowMs).length : asked;
}

/**
 * How many replicas are ready there when the plan begins to move: a site that is started first is proven in full before. So
 * is one with nothing on its list that may be starting all the same; until it is listed, that alone stands in the way.
 */
export function readyThen(about: Case, site: SiteView): number {
  const { view, nowMs } = about;
  const ready = readyReplicas(view, site, nowMs).length;
  const isWaitedFor =
    isRaised(about, site) && unusableReason(view, site, nowMs).some(({ code }) => code === 'LaunchUnlisted');
  const isStarted = isWaitedFor || startsAt(about, site) > 0;
  return ready === 0 && isStarted ? site.placement.replicas : ready;
}

/** What a scale takes away when the plan comes to it: what it starts first is proven by then. Undefined: nothing. */
export function trimThen({ view, action, nowMs }: Case): Trim | undefined {
  const { scale, start } = action;
  const site = view.sites.find((each) => each.site.name === scale?.site);
  if (scale === undefined || site === undefined || beyond(site, scale).length === 0) return undefined;
  const trim = trimmedReady(view, site, scale, nowMs);
  return start.length > 0 ? { ...trim, kept: scale.replicas } : trim;
}

function isRaised({ view, action }: Case, { site: { name } }: SiteView): boolean {
  return (action.weights[name] ?? 0) > weightOf(view, name);
}

/** Nobody knows which of the candidates have it: at worst the dearest. */
function dearestShare(view: View, hunt: NonNullable<Action['hunt']>, name: string): number {
  const priceOf = (site: string): number =>
    view.sites.find((each) => each.site.name === site)?.placement.usdPerHour ?? Number.POSITIVE_INFINITY;
  const candidates = hunt.candidates.toSorted((a, b) => {
    const [one, other] = [priceOf(a.site), priceOf(b.site)];
    return one === other ? 0 : one > other ? -1 : 1;
  });
  if (hunt.hedge === undefined) return sharesOf({ ...hunt, candidates }).get(name) ?? 0;
  // Until one of both is proven all of it runs twice.
  const able = candidates.filter(({ slots }) => slots.length >= hunt.replicas).slice(0, hunt.hedge);
  return able.some(({ site }) => site === name) ? hunt.replicas : 0;
}

/** Values as people read them: at most one decimal. */
export function round(value: number): number {
  return Number(value.toFixed(1));
}
