/** What one replica and one site look like in a view: the facts that diagnosis, safety and plans share. */
import type { Condition, Proof } from '../model/condition.ts';
import type { Reason } from '../model/reason.ts';
import { isStanding, type Replica } from '../model/replica.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import { isProven } from './detect/prove.ts';
import { unlistedSlots } from './launched.ts';
import { leavingNoticeOf } from './leaving.ts';
import { slotsOf } from './slots.ts';

/** The conditions of the probe that makes tokens; the others only say that a process answers. */
export function completionConditions(view: View, replica: ReplicaView): readonly Condition[] {
  const names = view.deployment.probes.filter(({ kind }) => kind === 'completion').map(({ name }) => name);
  return replica.conditions.filter(({ probe }) => names.includes(probe));
}

/** Running, good now by every completion probe, and freshly proven: the same boot, the same model. */
export function isServing(
  view: View,
  each: ReplicaView,
  nowMs: number,
): each is ReplicaView & { readonly proof: Proof } {
  const conditions = completionConditions(view, each);
  const { model, failover } = view.deployment;
  return (
    each.replica.state === 'running' &&
    each.replica.url !== undefined &&
    conditions.length > 0 &&
    conditions.every(({ state }) => state === 'good') &&
    isProven(each.proof, each.replica, model, failover.proof, nowMs)
  );
}

/** It serves, and its provider does not say that it will be gone in a moment: what may be counted on. */
export function isReady(view: View, each: ReplicaView, nowMs: number): each is ReplicaView & { readonly proof: Proof } {
  return isServing(view, each, nowMs) && leavingNoticeOf(view, each.replica, nowMs) === undefined;
}

/** The gateway has this very boot in its table: it was proven once. */
export function isListed(route: View['route'], replica: Replica): boolean {
  const sites = route.kind === 'seen' ? (route.value?.sites ?? []) : [];
  return sites.some(
    ({ site, replicas }) =>
      site === replica.site && replicas.some(({ id, bootId }) => id === replica.id && bootId === replica.bootId),
  );
}

/** The replicas of a site that may take traffic now, and will in a moment. */
export function readyReplicas(view: View, site: SiteView, nowMs: number): readonly ReplicaView[] {
  return site.replicas.filter((each) => isReady(view, each, nowMs));
}

/** Those that leave among them: they may go on with what they have, nothing more is to rest on them. */
export function servingReplicas(view: View, site: SiteView, nowMs: number): readonly ReplicaView[] {
  return site.replicas.filter((each) => isServing(view, each, nowMs));
}

/** Why nothing may be moved to the site: all that could serve there will be gone in a moment. Empty: not so. */
export function leavingReason(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  const serving = servingReplicas(view, site, nowMs);
  const notices = serving.flatMap(({ replica }) => leavingNoticeOf(view, replica, nowMs) ?? []);
  if (serving.length === 0 || notices.length < serving.length) return [];
  // What is loading there, or is started by the move, is proven before anything moves.
  if (missingSlots(view, site, nowMs).length > 0 || site.replicas.some((each) => mayYetServe(view, each, nowMs)))
    return [];
  const { name, provider } = site.site;
  const [first] = notices;
  const what = notices.length === 1 ? `its only ready replica` : `all its ${notices.length} ready replicas`;
  const message = `${provider} takes from ${name} ${what}: ${first?.kind} of ${first?.replicaId} (${first?.code})`;
  return [{ code: 'ReplicaLeaving', site: name, message }];
}

/** Alive and not bad, and its provider does not take it away: loading, or not looked at for long enough. */
function mayYetServe(view: View, each: ReplicaView, nowMs: number): boolean {
  const isBad = completionConditions(view, each).some(({ state }) => state === 'bad');
  return isAlive(each.replica.state) && !isBad && leavingNoticeOf(view, each.replica, nowMs) === undefined;
}

/**
 * Slots that hold no live replica: starting and running ones count as live, whatever their health, and so does what was
 * launched and need not be listed yet.
 */
export function missingSlots(view: View, site: SiteView, nowMs: number): readonly number[] {
  // A list that could not be read is not an empty one.
  if (site.control.kind === 'unknown') return [];
  const unlisted = unlistedSlots(view, site, nowMs);
  return emptySlots(site).filter((slot) => !unlisted.has(slot));
}

/** As the list has it. */
export function emptySlots(site: SiteView): readonly number[] {
  const taken = new Set(
    site.replicas.filter(({ replica }) => isAlive(replica.state)).map(({ replica }) => replica.slot),
  );
  return slotsOf(site.placement).filter((slot) => !taken.has(slot));
}

/** What is missing may be there all the same: launched a moment ago, or left out of the few lists that were read. */
export function unlistedReason(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  const unlisted = unlistedSlots(view, site, nowMs);
  const untils = emptySlots(site).flatMap((slot) => unlisted.get(slot) ?? []);
  if (untils.length === 0) return [];
  const { name } = site.site;
  const message = `${name} may hold ${untils.length} ${untils.length === 1 ? 'replica' : 'replicas'} that it need not list yet`;
  return [{ code: 'LaunchUnlisted', site: name, message, untilMs: Math.max(...untils) }];
}

/** Why nothing can be proven at the site, and nothing may be started there, at this moment; empty: one of both can be done. */
export function unusableReason(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  if (site.replicas.some(({ replica }) => isAlive(replica.state))) return [];
  if (site.control.kind === 'unknown') {
    const { name } = site.site;
    return [
      { code: 'NoReadyCapacity', site: name, message: `what ${name} has cannot be read: ${site.control.message}` },
    ];
  }
  return missingSlots(view, site, nowMs).length > 0 ? [] : unlistedReason(view, site, nowMs);
}

/** A machine or process exists, whatever its health. */
export function isAlive(state: ReplicaView['replica']['state']): boolean {
  return state === 'starting' || state === 'running';
}

/**
 * Clouds list what is gone for an hour or so: once its slot was filled again it says nothing about the site, nor needs
 * anybody ask it. `all`: of the same site.
 */
export function isPast(replica: Replica, all: readonly Replica[]): boolean {
  return (
    replica.state === 'gone' &&
    all.some(
      ({ slot, state, startedAtMs }) =>
        slot === replica.slot && (isAlive(state) || (state === 'gone' && startedAtMs > replica.startedAtMs)),
    )
  );
}

/** All jurisdictions of the site must be allowed; a deployment that names none may run anywhere. */
export function isResident(view: View, site: SiteView): boolean {
  const { residency } = view.deployment;
  return (
    residency.length === 0 ||
    (site.site.residency.length > 0 && site.site.residency.every((each) => residency.includes(each)))
  );
}

/**
 * Whether `other` outlives what takes `one`: they share no failure domain of the configuration, and of the replicas of
 * `other` one at least stands where none of `one` does, as far as their providers tell.
 */
export function areIndependent(one: SiteView, other: SiteView): boolean {
  if (one.site.failureDomains.some((each) => other.site.failureDomains.includes(each))) return false;
  // What is listed as gone fell with its domain a moment ago.
  const taken = one.replicas.map(({ replica }) => replica.failureDomain);
  const standing = other.replicas.filter(({ replica }) => isStanding(replica));
  const isTaken = ({ replica: { failureDomain } }: ReplicaView): boolean =>
    failureDomain !== undefined && taken.includes(failureDomain);
  return standing.length === 0 || !standing.every(isTaken);
}

/** The wanted weight in force, 0–100; 0 while the route is not seen. */
export function weightOf(view: View, site: string): number {
  return view.route.kind === 'seen' ? (view.route.value?.weights[site] ?? 0) : 0;
}
