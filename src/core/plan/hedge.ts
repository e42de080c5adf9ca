/**
 * A hedged hunt: all that is wanted at two sites side by side, a race until one of them is proven, and the release of what
 * was started at the others.
 */
import type { Action } from '../../model/decision.ts';
import type { JournalEntry } from '../../model/journal-entry.ts';
import type { Operation } from '../../model/operation.ts';
import type { HuntCandidate, Plan, Released, Runner, Step } from '../../model/plan.ts';
import type { SiteView, View } from '../../model/view.ts';
import { type AskedParts, askedAfter } from '../asked-parts.ts';
import { leastAbsenceMs } from '../listing.ts';
import { areIndependent } from '../readiness.ts';
import { vendorOf } from '../rules/vendors.ts';
import { huntPart, huntStep } from './hunt.ts';
import { launchDeadlineMs, stopWithinMs } from './steps.ts';

/** At so many sites a hedged start asks for all that is wanted. */
export const hedgedSites = 2;

type Race = Step & { readonly kind: 'race' };
type Release = Step & { readonly kind: 'release' };

/** Whom a hedged hunt may ask, and whom it asks or has asked already. */
export interface Field {
  readonly candidates: readonly HuntCandidate[];
  readonly replicas: number;
  /** Sites that were granted something, or may have been: with these the next must not share anything. */
  readonly engaged: readonly string[];
  /** Sites that are not to be asked now: they are being asked, or have refused. */
  readonly tried: ReadonlySet<string>;
}

/**
 * The next to ask for all that is wanted: of those with room for it that share no failure domain with one that is engaged,
 * first another vendor's, then another account's, then in their own order. Undefined: nobody.
 */
export function nextRunner(view: View, { candidates, replicas, engaged, tried }: Field): HuntCandidate | undefined {
  const others = engaged.flatMap((name) => siteNamed(view, name) ?? []);
  const able = candidates.flatMap((candidate) => {
    const site = siteNamed(view, candidate.site);
    const isFree = !tried.has(candidate.site) && !engaged.includes(candidate.site);
    if (site === undefined || !isFree || candidate.slots.length < replicas) return [];
    return others.every((each) => areIndependent(each, site))
      ? [{ candidate, nearness: nearnessOf(site, others) }]
      : [];
  });
  return able.toSorted((a, b) => a.nearness - b.nearness)[0]?.candidate;
}

/** 0: of another vendor than all of these; 1: of another account; 2: neither, as far as is known. */
function nearnessOf(site: SiteView, others: readonly SiteView[]): number {
  const isOfOther = others.every((each) => vendorOf(each.site) !== vendorOf(site.site));
  if (isOfOther) return 0;
  const hasOther = others.every((each) => each.account !== undefined && each.account !== site.account);
  return hasOther && site.account !== undefined ? 1 : 2;
}

function siteNamed(view: View, name: string): SiteView | undefined {
  return view.sites.find(({ site }) => site.name === name);
}

/** Where all of them would be started if nobody refused; fewer than two: there is nothing to hedge with. */
export function pairOf(
  view: View,
  { candidates, replicas }: Pick<Field, 'candidates' | 'replicas'>,
): readonly string[] {
  const pair: string[] = [];
  for (let at = 0; at < hedgedSites; at += 1) {
    const next = nextRunner(view, { candidates, replicas, engaged: pair, tried: new Set() });
    if (next !== undefined) pair.push(next.site);
  }
  return pair;
}

/** What a hot placement has too few of is wanted in any case: of that nothing is released. */
export function hedgedSteps(hunt: NonNullable<Action['hunt']>, view: View): readonly Step[] {
  const { candidates, replicas } = hunt;
  const placed = candidates.flatMap(({ site, slots }) => {
    const placement = siteNamed(view, site)?.placement;
    return placement === undefined ? [] : [{ site, replicas: placement.replicas - slots.length, placement }];
  });
  const longestMs = Math.max(0, ...placed.map(({ placement }) => placement.launch.startupTimeoutMs));
  const race: Race = {
    ...{ kind: 'race', name: `race ${placed.map(({ site }) => site).join(', ')}`, replicas },
    runners: placed.map(({ site, replicas: before }) => ({ site, replicas: before })),
    deadlineMs: longestMs + launchDeadlineMs,
  };
  return [huntStep(hunt), race, ...candidates.flatMap((candidate) => releaseStep(view, candidate) ?? [])];
}

/** A lost start may come about so long after it was sent, in milliseconds, as far as anybody waits for it. */
const doubtMs = 30_000;
function releaseStep(view: View, { site: name, slots }: HuntCandidate, of?: string): Release | undefined {
  const site = siteNamed(view, name);
  if (site === undefined || site.placement.standby === 'hot') return undefined;
  // A machine that stood there before, stopped, is left as it was.
  const isWoken = site.replicas.some(({ replica }) => replica.state === 'stopped' && slots.includes(replica.slot));
  return {
    ...{ kind: 'release', name: `release ${name}`, site: name },
    how: site.placement.standby === 'warm' || isWoken ? 'stop' : 'delete',
    ...{ bestEffort: of !== undefined, ...(of === undefined ? {} : { of }) },
    deadlineMs: stopWithinMs(site) + doubtMs,
  };
}

/**
 * What takes the place of a hedged start before that could release anything does it at its own end: all but what gets
 * traffic by then.
 */
export function leftoverSteps({ weights, kind }: Action, view: View): readonly Step[] {
  const { open } = view;
  const hunt = open?.plan.steps.find((step) => step.kind === 'hunt');
  if (open === undefined || hunt?.kind !== 'hunt' || hunt.hedge === undefined || kind === 'start') return [];
  // Where none of them gets any, what a person wanted to have stays, as of any hunt.
  if (hunt.candidates.every(({ site }) => (weights[site] ?? 0) === 0)) return [];
  return hunt.candidates
    .filter(({ site }) => (weights[site] ?? 0) === 0)
    .flatMap((candidate) => releaseStep(view, candidate, open.id) ?? []);
}

/** The race over what the hunt before it has started: one site with all of it wins, or, where none has, all together. */
export function asRaced(step: Race, plan: Plan, entries: readonly JournalEntry[]): Step {
  const placed = placedBy('hunt', plan, entries);
  const runners = step.runners.flatMap(({ site, replicas }): readonly Runner[] => {
    const slots = placed[site];
    return slots === undefined ? [] : [{ site, slots, replicas: replicas + slots.length }];
  });
  const whole = runners.filter(({ slots = [] }) => slots.length >= step.replicas);
  return whole.length > 0 ? { ...step, runners: whole, wins: 1 } : { ...step, runners, wins: runners.length };
}

/** What a race ends with: the first of those that are proven; all of them where no site had all. */
export function winnersOf(
  { runners, wins = 1 }: Race,
  proven: readonly string[],
): Readonly<Record<string, readonly number[]>> {
  const first = runners.filter(({ site }) => proven.includes(site)).slice(0, wins);
  return Object.fromEntries(first.map(({ site, slots = [] }) => [site, slots]));
}

/** `b was proven first`; where no site had all of it, all that were proven. */
export function wonText({ wins = 1 }: Race, won: Readonly<Record<string, readonly number[]>>): string {
  const names = Object.keys(won).join(', ');
  return wins > 1 ? `no site had all of it: ${names} are proven` : `${names} was proven first`;
}

/** Why there is nothing to release at a site. */
export type NothingToRelease = 'nothing was started there' | 'it stays: proven first';

/** `hunted`: the operation that hunted, and its own entries. `listLagMs`: of the site. */
export function asReleased(
  step: Release,
  { id, plan }: Pick<Operation, 'id' | 'plan'>,
  entries: readonly JournalEntry[],
  listLagMs: number,
): Step | NothingToRelease {
  const index = plan.steps.findIndex(({ kind }) => kind === 'hunt');
  const hunt = plan.steps[index];
  const slots = hunt?.kind === 'hunt' ? (hunt.candidates.find(({ site }) => site === step.site)?.slots ?? []) : [];
  const starts = slots.flatMap((slot): Released['starts'] => {
    const last = lastOf(entries, index, huntPart(step.site, slot));
    if (last === undefined) return [];
    const listedWithinMs = Math.max(leastAbsenceMs, listLagMs) + (last.isGranted ? 0 : doubtMs);
    return [{ startKey: `${id}/${index}/${huntPart(step.site, slot)}`, atMs: last.atMs, listedWithinMs }];
  });
  if (starts.length === 0) return 'nothing was started there';
  const won = placedBy('race', plan, entries);
  if (won[step.site] !== undefined) return 'it stays: proven first';
  const race = plan.steps.find(({ kind }) => kind === 'race');
  const runners = race?.kind === 'race' ? race.runners : [];
  const kept = runners.flatMap(({ site, replicas }): readonly Runner[] => {
    const own = won[site];
    return own === undefined ? [] : [{ site, replicas: replicas + own.length, slots: own }];
  });
  return { ...step, own: { starts, kept } };
}

/** When the part was written of last; undefined: it surely made nothing. */
function lastOf(entries: readonly JournalEntry[], index: number, part: string) {
  let asked: AskedParts = new Map();
  let last: { readonly atMs: number; readonly isGranted: boolean } | undefined;
  for (const { body, atMs } of entries) {
    if (body.kind !== 'step' || body.index !== index || body.part !== part) continue;
    asked = askedAfter(asked, part, body.state);
    last = { atMs, isGranted: body.state === 'reached' };
  }
  return asked.has(part) ? last : undefined;
}

/** The slots that the closing entry of the plan's hunt or race names. */
function placedBy(
  kind: 'hunt' | 'race',
  plan: Plan,
  entries: readonly JournalEntry[],
): Readonly<Record<string, readonly number[]>> {
  const index = plan.steps.findIndex((step) => step.kind === kind);
  const end = entries.findLast(({ body }) => body.kind === 'step' && body.index === index && body.part === undefined);
  return end?.body.kind === 'step' ? (end.body.placed ?? {}) : {};
}
