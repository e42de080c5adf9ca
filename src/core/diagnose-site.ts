/** Names what is wrong with one site, from three planes of evidence. */
import type { Condition } from '../model/condition.ts';
import type { DiagnosisCode, SiteDiagnosis } from '../model/diagnosis.ts';
import type { Notice } from '../model/notice.ts';
import type { Plane, ProbeReason } from '../model/observation.ts';
import type { SiteView, View } from '../model/view.ts';
import { judgeTraffic, type TrafficVerdict } from './detect/traffic.ts';
import { leavingNoticeOf } from './leaving.ts';
import { completionConditions, isAlive, isPast, readyReplicas, servingReplicas, weightOf } from './readiness.ts';
import { isTakenAway } from './taken-away.ts';

/**
 * One plane alone never makes a site actionable, except the data plane seen from a quorum of vantages. With a single
 * vantage the data plane needs the gateway's statistics or the provider's word that the replicas are gone.
 */
export function diagnoseSite(view: View, site: SiteView, nowMs: number): SiteDiagnosis {
  const { detector } = view.deployment.failover;
  const seen = gather(view, site, nowMs);
  const ready = readyReplicas(view, site, nowMs).map(({ replica }) => replica.id);
  const notices = servingReplicas(view, site, nowMs).flatMap(
    ({ replica }) => leavingNoticeOf(view, replica, nowMs) ?? [],
  );
  const leaving = leavingWords(notices);
  const base = {
    ...{ site: site.site.name, ready, asOfMs: seen.asOfMs, vantages: seen.badVantages },
    ...(notices.length === 0 ? {} : { leaving: notices.map(({ replicaId }) => replicaId) }),
  };
  const plain = (code: DiagnosisCode, message: string): SiteDiagnosis => ({
    ...base,
    code,
    message,
    actionable: false,
    servesNothing: false,
    planes: [],
    sinceMs: seen.sinceMs,
  });
  if (site.replicas.length === 0)
    return site.control.kind === 'seen' ? plain('SiteEmpty', 'no replicas') : plain('ViewLost', site.control.message);
  // Stopped on purpose, or by the cloud: at a site with weight that is a loss, at a standby it is how it waits.
  if (seen.states.length === 0 && weightOf(view, site.site.name) === 0)
    return plain('SiteEmpty', 'all replicas are stopped');
  if (seen.states.every((state) => state === 'unknown')) {
    return seen.allGone
      ? plain('SiteDead', 'the provider says all replicas are gone')
      : plain('ViewLost', 'no fresh observation');
  }
  if (seen.states.every((state) => state === 'good')) {
    return seen.traffic.state === 'bad' || seen.traffic.state === 'slow'
      ? plain('SiteDegraded', `probes are good, traffic is ${seen.traffic.state}: ${seen.traffic.message}`)
      : plain('Healthy', `${ready.length} of ${countedAt(view, site)} ready${leaving}`);
  }
  const goodCount = seen.states.filter((state) => state === 'good').length;
  const unsure = `${seen.states.length - goodCount} of ${seen.states.length} loading or not seen`;
  if (goodCount > 0)
    return plain(
      'SiteDegraded',
      (seen.badCount > 0 ? `${seen.badCount} of ${seen.states.length} bad: ${seen.detail}` : unsure) + leaving,
    );
  if (seen.badCount === 0) return plain('Starting', unsure);
  const planes = planesOf(seen);
  const actionable = seen.badVantages.length >= Math.max(2, detector.quorum) || planes.length > 1;
  return {
    ...base,
    code: codeOf(seen),
    message: `${seen.detail}; ${seen.traffic.message}${actionable ? '' : '; one plane of evidence only'}`,
    actionable,
    servesNothing: seen.states.every((state) => state === 'bad') && !seen.isLate,
    planes,
    sinceMs: seen.sinceMs,
  };
}

/** Without what was taken away on purpose. */
function countedAt(view: View, { replicas }: SiteView): number {
  return replicas.filter(({ replica }) => !isTakenAway(view, replica)).length;
}

/** Of those that serve: what the provider's word takes from what is ready. */
function leavingWords(notices: readonly Notice[]): string {
  const [first] = notices;
  return first === undefined ? '' : `, ${notices.length} leaving (${first.kind} of ${first.replicaId})`;
}

interface Gathered {
  /** One state per live or lately lost replica: its completion condition, `unknown` without one. */
  readonly states: readonly Condition['state'][];
  readonly badCount: number;
  readonly badVantages: readonly string[];
  readonly allGone: boolean;
  readonly answersHttp: boolean;
  readonly traffic: TrafficVerdict;
  readonly reason: ProbeReason | undefined;
  /** At least one of the bad ones answers, only too late. */
  readonly isLate: boolean;
  readonly detail: string;
  readonly sinceMs: number;
  readonly asOfMs: number;
}

function gather(view: View, site: SiteView, nowMs: number): Gathered {
  const { detector } = view.deployment.failover;
  const replicas = site.replicas.map(({ replica }) => replica);
  const judged = site.replicas
    .filter(({ replica }) => replica.state !== 'stopped' && replica.state !== 'stopping')
    .filter(({ replica }) => !isPast(replica, replicas) && !isTakenAway(view, replica))
    .map((each) => ({ each, conditions: completionConditions(view, each) }));
  const bad = judged.flatMap(({ each, conditions }) =>
    conditions.filter((condition) => isBad(stateOf(each, [condition]))),
  );
  const others = judged.flatMap(({ each, conditions }) =>
    each.conditions.filter((condition) => !conditions.includes(condition)),
  );
  const stats =
    view.traffic.kind === 'seen' ? view.traffic.value.sites.find((each) => each.site === site.site.name) : undefined;
  const isFresh = view.traffic.kind === 'seen' && nowMs - view.traffic.asOfMs <= detector.staleAfterMs;
  return {
    states: judged.map(({ each, conditions }) => stateOf(each, conditions)),
    badCount: judged.filter(({ each, conditions }) => isBad(stateOf(each, conditions))).length,
    badVantages: [...new Set(bad.map(({ vantage }) => vantage))],
    allGone: site.control.kind === 'seen' && judged.every(({ each }) => !isAlive(each.replica.state)),
    answersHttp: others.some(({ state }) => state === 'good'),
    traffic: judgeTraffic(isFresh ? stats : undefined, detector),
    reason: bad[0]?.reason,
    isLate: bad.some(({ reason }) => reason === 'FirstTokenLate'),
    detail: bad[0]?.detail ?? bad[0]?.reason ?? 'bad',
    // The site as a whole is bad since its last replica became so.
    sinceMs: bad.length === 0 ? nowMs : Math.max(...bad.map(badSinceMs)),
    asOfMs: Math.max(0, ...judged.flatMap(({ conditions }) => conditions.map(({ asOfMs }) => asOfMs))),
  };
}

/** What the provider calls gone and does not answer has no grace: the two agree. */
function stateOf(each: SiteView['replicas'][number], conditions: readonly Condition[]): Condition['state'] {
  const isGone = each.replica.state === 'gone' && conditions.some(({ failuresInARow }) => failuresInARow > 0);
  return isGone ? 'bad' : worstOf(conditions.map(({ state }) => state));
}

/** What counts as bad only because its replica is gone has been so since its answers stopped, not since they began. */
function badSinceMs({ state, sinceMs, failingSinceMs }: Condition): number {
  return isBad(state) ? sinceMs : (failingSinceMs ?? sinceMs);
}

function isBad(state: Condition['state']): boolean {
  return state === 'bad' || state === 'slow';
}

function worstOf(states: readonly Condition['state'][]): Condition['state'] {
  for (const state of ['bad', 'slow', 'starting', 'good'] as const) if (states.includes(state)) return state;
  return 'unknown';
}

function planesOf(seen: Gathered): readonly Plane[] {
  const planes: Plane[] = ['data'];
  if (seen.allGone) planes.push('control');
  if (seen.traffic.state === 'bad' || seen.traffic.state === 'slow') planes.push('traffic');
  return planes;
}

function codeOf(seen: Gathered): DiagnosisCode {
  if (seen.allGone) return 'SiteDead';
  switch (seen.reason) {
    case 'Refused':
    case 'Reset':
    case 'ReplicaGone':
      return 'SiteDead';
    case 'WrongModel':
      return 'WrongModel';
    case 'FirstTokenLate':
      return 'SiteSlow';
    case 'TimedOut':
    case 'NoTokens':
    case 'Stalled':
      return seen.answersHttp ? 'EngineStalled' : 'SiteDead';
    case 'BadStatus':
    case 'BadAnswer':
    case 'WrongText':
    case 'Loading':
    case 'CannotSee':
      return 'SiteErrors';
    case undefined:
      return 'SiteSlow';
  }
}
