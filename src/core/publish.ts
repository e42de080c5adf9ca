/** Builds the route entry the gateway gets: weights as given, replicas as they are, spill order by proof. */
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry, RouteReplica, RouteSite, SpillSite, Weights } from '../model/route.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import { isProven } from './detect/prove.ts';
import { leavingNoticeOf } from './leaving.ts';
import { completionConditions, isListed, isResident, isServing, readyReplicas, servingReplicas } from './readiness.ts';
import { hasSlot, keptBy } from './slots.ts';

/** What the engine adds to the view. */
export interface EntryTerms {
  readonly weights: Weights;
  readonly epoch: number;
  readonly routeVersion: number;
  readonly journalHead: string;
}

export function routeEntryFor(view: View, terms: EntryTerms): RouteEntry {
  const { deployment } = view;
  const sites = view.sites.filter((site) => isResident(view, site));
  const weights = Object.fromEntries(sites.map(({ site }) => [site.name, terms.weights[site.name] ?? 0]));
  const drainingAt = (site: SiteView): IsDraining =>
    isEmptied(view, site, weights) ? () => true : trimmed(view, site, weights, leavers(view, site));
  return {
    deployment: deployment.name,
    epoch: terms.epoch,
    routeVersion: terms.routeVersion,
    match: deployment.match,
    weights,
    ...beforeOf(view, sites),
    sites: sites.map(
      (site): RouteSite => ({
        site: site.site.name,
        replicas: site.replicas
          .filter(({ replica }) => !isRacing(view, replica, weights))
          .flatMap((each) => replicaOf(view, each, drainingAt(site)(each), view.atMs)),
      }),
    ),
    spill: sites.flatMap((site) => {
      const isDraining = drainingAt(site);
      return spillOf(view, site, (each) => isDraining(each) || isRacing(view, each.replica, weights));
    }),
    firstTokenLimitMs: deployment.firstTokenLimitMs,
    journalHead: terms.journalHead,
  };
}

/** What people go back to when this process is gone: the weights from before the whole move, not from before its last step. */
function beforeOf({ open }: View, sites: readonly SiteView[]): Pick<RouteEntry, 'before'> {
  if (open === undefined || open.state === 'returning') return {};
  const { before, steps } = open.plan;
  if (!steps.some(({ kind }) => kind === 'weigh')) return {};
  return { before: Object.fromEntries(sites.map(({ site }) => [site.name, before[site.name] ?? 0])) };
}

/** A replica gets traffic once it was proven, and keeps it until it is gone; one that is bad now is marked, and the gateway judges too. */
function replicaOf(view: View, each: ReplicaView, isDraining: boolean, nowMs: number): readonly RouteReplica[] {
  const { replica, proof } = each;
  if (replica.url === undefined || replica.state !== 'running') return [];
  const { model, failover } = view.deployment;
  if (!isProven(proof, replica, model, failover.proof, nowMs) && !isListed(view.route, replica)) return [];
  const isBad = completionConditions(view, each).some(({ state }) => state === 'bad');
  const state = isDraining ? 'draining' : isBad ? 'suspect' : 'serving';
  return [{ id: replica.id, bootId: replica.bootId, url: replica.url, state }];
}

/** Nothing new goes to a site that a person emptied, or that an operation under way empties: not what spills either (I21). */
function isEmptied({ open, standing }: View, { site: { name } }: SiteView, weights: Weights): boolean {
  if ((weights[name] ?? 0) > 0) return false;
  const isLeaving = open?.plan.steps.some((step) => step.kind === 'drain' && step.site === name) ?? false;
  return isLeaving || standing.some((each) => each.kind === 'out' && each.site === name);
}

type IsDraining = (each: ReplicaView) => boolean;

/**
 * What its provider takes away gets nothing new once others of its site can serve that will not be gone in a moment: the soonest
 * first, and never more of them than of those (I12). The rest goes on, and follows as what replaces them is ready; the last one
 * serves as long as it is there. Other sites do not count: a return puts the weights back over the same table.
 */
function leavers(view: View, site: SiteView): IsDraining {
  const { atMs } = view;
  if (site.notices === undefined || site.notices.told.length === 0) return () => false;
  const leaving = servingReplicas(view, site, atMs).flatMap((each) => {
    const notice = leavingNoticeOf(view, each.replica, atMs);
    return notice === undefined ? [] : [{ each, goneAtMs: notice.atMs ?? atMs }];
  });
  const first = leaving.toSorted((a, b) => a.goneAtMs - b.goneAtMs).slice(0, readyReplicas(view, site, atMs).length);
  const drained = new Set(first.map(({ each }) => each));
  return (each) => drained.has(each);
}

/**
 * With what an operation under way takes away, from the moment it begins to. At a site with weight one that serves is left,
 * whatever became of those that were to stay.
 */
function trimmed(view: View, site: SiteView, weights: Weights, isLeaving: IsDraining): IsDraining {
  const { open, atMs } = view;
  const { name } = site.site;
  const step = open?.state === 'shifting' ? open.plan.steps.find((each) => isTrimOf(each, name)) : undefined;
  if (step?.kind !== 'trim') return isLeaving;
  const isBeyond: IsDraining = ({ replica }) => !hasSlot(keptBy(step), replica.slot);
  const serving = servingReplicas(view, site, atMs).filter((each) => !isLeaving(each));
  const mustServe = (weights[name] ?? 0) > 0 && serving.every(isBeyond);
  const last = mustServe ? serving.toSorted((a, b) => a.replica.slot - b.replica.slot)[0] : undefined;
  // Where nothing is seen to serve nobody knows who will first: the step is refused then.
  if (mustServe && last === undefined) return isLeaving;
  return (each) => each !== last && (isLeaving(each) || isBeyond(each));
}

function isTrimOf(step: Step, site: string): boolean {
  return step.kind === 'trim' && step.site === site;
}

/**
 * Started by a hedged hunt that has not ended, and may be released yet: nobody is sent there until it is known to stay, but
 * for a site that has weight, where nothing is released.
 */
function isRacing({ open }: View, { site, startKey }: Replica, weights: Weights): boolean {
  if (open === undefined || (weights[site] ?? 0) > 0) return false;
  return open.plan.steps.some(
    (step) => step.kind === 'release' && step.site === site && startKey.startsWith(`${step.of ?? open.id}/`),
  );
}

function spillOf(view: View, site: SiteView, isLeftOut: (each: ReplicaView) => boolean): readonly SpillSite[] {
  const { maxAgeMs } = view.deployment.failover.proof;
  const proofs = site.replicas
    .filter((each) => isServing(view, each, view.atMs))
    .filter((each) => !isLeftOut(each))
    .map(({ proof }) => maxAgeMs - (view.atMs - proof.atMs));
  return proofs.length === 0 ? [] : [{ site: site.site.name, provenForMs: Math.max(...proofs) }];
}

/** Whether a new entry says something the one in force (written `ageMs` ago) does not; mere countdown is no news, nor what was `before`. */
export function needsPublish(current: RouteEntry, wanted: RouteEntry, ageMs: number): boolean {
  const shape = (entry: RouteEntry): string =>
    JSON.stringify([
      entry.epoch,
      entry.match,
      entry.firstTokenLimitMs,
      Object.entries(entry.weights).sort(),
      entry.sites,
      entry.spill.map(({ site }) => site),
    ]);
  if (shape(current) !== shape(wanted)) return true;
  return wanted.spill.some(({ site, provenForMs }) =>
    current.spill.some((each) => each.site === site && each.provenForMs - ageMs < provenForMs / 2),
  );
}
