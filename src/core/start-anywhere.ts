/** A start that goes to wherever capacity can be had: the candidates of a deployment in order, and why the others are none. */
import type { Action } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { HuntCandidate } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { SiteView, View } from '../model/view.ts';
import { isFailing } from './diagnose.ts';
import { hedgedSites, pairOf } from './plan/hedge.ts';
import { areIndependent, emptySlots, isResident, missingSlots, unlistedReason, weightOf } from './readiness.ts';
import { isOut } from './standing.ts';
import { startBlock } from './start-block.ts';

/** What a person asks for. */
export interface HuntWish {
  /** The only site that is asked; undefined: all that are allowed. */
  readonly from?: string | undefined;
  /** Undefined: what the sites in use lack, or one. */
  readonly replicas?: number | undefined;
  /** Keeps trying for so long, in milliseconds; undefined: each candidate is asked once. */
  readonly waitMs?: number | undefined;
  /** All of them at two sites at once; the first that is proven stays. Default: no. */
  readonly hedge?: boolean | undefined;
}

/** Candidates in the order they are tried, or why there are none. */
export type Hunting =
  | {
      readonly kind: 'hunt';
      readonly hunt: NonNullable<Action['hunt']>;
      /** Of sites that are no candidates, and of candidates that refuse everything for now. */
      readonly because: readonly Reason[];
    }
  | { readonly kind: 'refused'; readonly reason: Reason };

export function huntAnywhere(view: View, wish: HuntWish, diagnosis: Diagnosis, nowMs: number): Hunting {
  const meant = view.sites.filter(({ site }) => wish.from === undefined || site.name === wish.from);
  const outside = meant.flatMap((site) => outsideReason(view, site, nowMs));
  const unlisted = notYetListed(view, meant, outside, nowMs);
  if (unlisted !== undefined) return { kind: 'refused', reason: unlisted };
  const able = meant.filter(({ site }) => outside.every((reason) => reason.site !== site.name));
  const room = able.reduce((sum, site) => sum + missingSlots(view, site, nowMs).length, 0);
  const usual = wish.from === undefined ? lackingInUse(view, nowMs) : room;
  const replicas = wish.replicas ?? Math.min(Math.max(1, usual), Math.max(1, room));
  if (room < replicas) {
    const others = outside.map((each) => `; ${each.message}`).join('');
    const { name } = view.deployment;
    const lack = room === 0 ? 'lack no replica' : `lack only ${room}`;
    const message = `${replicas} wanted, and the placements of ${name} ${lack} that may be started${others}`;
    return { kind: 'refused', reason: { code: 'NoReadyCapacity', message } };
  }
  const ordered = orderCandidates(view, able, { replicas, diagnosis, nowMs });
  const candidates = ordered.map((site): HuntCandidate => {
    return { site: site.site.name, slots: missingSlots(view, site, nowMs) };
  });
  const blocked = ordered.flatMap(({ site }) => startBlock(view, site.name, nowMs) ?? []);
  const { waitMs } = wish;
  const lone = wish.hedge === true ? unhedged(view, candidates, replicas) : [];
  const isHedged = wish.hedge === true && lone.length === 0;
  const hunt = {
    ...{ candidates, replicas, ...(waitMs === undefined ? {} : { waitMs }) },
    ...(isHedged ? { hedge: hedgedSites } : {}),
  };
  const aside = outside.filter(({ code }) => code !== 'AlreadyThere');
  return { kind: 'hunt', hunt, because: [...aside, ...blocked, ...lone] };
}

/** Why it cannot be hedged: capacity at one site is better than none. Empty: it can. */
function unhedged(view: View, candidates: readonly HuntCandidate[], replicas: number): readonly Reason[] {
  if (pairOf(view, { candidates, replicas }).length >= hedgedSites) return [];
  const what = replicas === 1 ? 'one replica' : `${replicas} replicas`;
  const message = `no two sites that share no failure domain have room for ${what} each: it is asked for once`;
  return [{ code: 'NotHedged', message }];
}

/**
 * Of a site that time alone makes a candidate: the best may be among those, and a hunt that leaves them out would say that
 * nobody has what nobody was asked for. It is waited for all of them.
 */
function notYetListed(
  view: View,
  meant: readonly SiteView[],
  outside: readonly Reason[],
  nowMs: number,
): Reason | undefined {
  const never = outside.filter(({ code }) => code !== 'LaunchUnlisted').map(({ site }) => site);
  const waited = meant.filter(({ site }) => !never.includes(site.name));
  const reasons = waited.flatMap((site) => unlistedReason(view, site, nowMs));
  const [first] = reasons;
  if (first === undefined) return undefined;
  const message = reasons.map((each) => each.message).join('; ');
  return { ...first, message, untilMs: Math.max(...reasons.flatMap(({ untilMs }) => untilMs ?? [])) };
}

interface OrderTerms {
  readonly replicas: number;
  readonly diagnosis: Diagnosis;
  readonly nowMs: number;
}

/**
 * Those that refuse everything for now last. Then those that share nothing with a site that fails, those that have room for
 * all that is wanted, those that serve soonest (a machine that is only stopped, then the shorter start-up), the cheaper, and
 * the placements' own order.
 */
function orderCandidates(
  view: View,
  sites: readonly SiteView[],
  { replicas, diagnosis, nowMs }: OrderTerms,
): readonly SiteView[] {
  const bad = diagnosis.sites.filter((each) => isFailing(each) && weightOf(view, each.site) > 0);
  const failing = view.sites.filter(({ site }) => bad.some((each) => each.site === site.name));
  const isShared = (site: SiteView): boolean => failing.some((each) => !areIndependent(each, site));
  const rank = (site: SiteView): readonly number[] => [
    startBlock(view, site.site.name, nowMs) === undefined ? 0 : 1,
    isShared(site) ? 1 : 0,
    missingSlots(view, site, nowMs).length >= replicas ? 0 : 1,
    site.replicas.some(({ replica }) => replica.state === 'stopped') ? 0 : 1,
    site.placement.launch.startupTimeoutMs,
    site.placement.usdPerHour ?? Number.POSITIVE_INFINITY,
  ];
  return sites
    .map((site) => ({ site, rank: rank(site) }))
    .sort((a, b) => a.rank.map((each, at) => compare(each, b.rank[at] ?? 0)).find((each) => each !== 0) ?? 0)
    .map(({ site }) => site);
}

/** Both may be infinite: no price is stated. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Why nothing may be started there; a site that has all its replicas is no candidate either, and that needs no word. */
function outsideReason(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  const { name, residency } = site.site;
  if (!isResident(view, site)) {
    const where = residency.join(', ') || 'no stated jurisdiction';
    return [{ code: 'ResidencyBlocked', site: name, message: `${name} lies in ${where}` }];
  }
  if (isOut(view, name)) return [{ code: 'SiteOut', site: name, message: `${name} was emptied by a person` }];
  if (site.control.kind === 'unknown')
    return [{ code: 'UnknownView', site: name, message: `what ${name} has cannot be read: ${site.control.message}` }];
  if (missingSlots(view, site, nowMs).length > 0) return [];
  const unlisted = unlistedReason(view, site, nowMs);
  if (unlisted.length > 0) return unlisted;
  const { replicas } = site.placement;
  const all = replicas === 1 ? 'replica' : `${replicas} replicas`;
  return [{ code: 'AlreadyThere', site: name, message: `${name} has its ${all}` }];
}

function lackingInUse(view: View, nowMs: number): number {
  const used = view.sites.filter(
    (site) => (site.placement.standby === 'hot' || weightOf(view, site.site.name) > 0) && site.control.kind === 'seen',
  );
  return used.reduce((sum, site) => sum + Math.min(emptySlots(site).length, missingSlots(view, site, nowMs).length), 0);
}
