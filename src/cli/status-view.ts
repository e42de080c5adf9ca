/** Puts what was seen of a deployment together as the one value `status` shows. Pure. */
import { failoverReadiness } from '../engine/failover-readiness.ts';
import { setNow } from '../engine/set-now.ts';
import type { Config } from '../model/config.ts';
import type { Deployment, Placement } from '../model/deployment.ts';
import type { DiagnosisCode, SiteDiagnosis } from '../model/diagnosis.ts';
import { mostWhile } from '../model/limits.ts';
import { toldDomains } from '../model/replica.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { SiteView } from '../model/view.ts';
import { age } from '../model/words.ts';
import type { ControllerView, SiteRow, SiteState, Source, StatusView, TrafficFigures } from '../report/status-view.ts';
import { nextCommands } from './next-commands.ts';
import { serviceState } from './service-state.ts';
import type { Sights } from './sights.ts';
import { drilled, leftBehind, pinned, temporaries } from './temporary.ts';

const stateOf: Readonly<Record<DiagnosisCode, SiteState>> = {
  Healthy: 'healthy',
  Starting: 'starting',
  SiteDead: 'failing',
  EngineStalled: 'failing',
  SiteErrors: 'failing',
  SiteSlow: 'failing',
  WrongModel: 'failing',
  SiteDegraded: 'degraded',
  SiteEmpty: 'empty',
  ViewLost: 'unknown',
  TooManyFailing: 'unknown',
};

/** Of a deployment whose moves have no limit of errors alone, 0–1. */
const usualErrorRatio = 0.02;

/** Stale figures are shown and labelled; nothing is concluded from them. */
export function statusView(config: Config, configured: Deployment, seen: Sights): StatusView {
  const { deployment, sights } = asSetNow(configured, seen);
  const { atMs } = sights;
  const stored = sights.stored.kind === 'seen' ? sights.stored.value : undefined;
  const snapshot = stored?.snapshot;
  const isFresh = snapshot !== undefined && atMs - snapshot.atMs <= freshForMs(deployment);
  const diagnosed = snapshot?.decision.diagnosis.sites;
  const route = sights.route.kind === 'seen' ? sights.route.value : undefined;
  const traffic = sights.traffic.kind === 'seen' ? sights.traffic.value : undefined;
  const service = serviceState({
    traffic: sights.traffic,
    weights: route?.weights,
    route: sights.route.kind === 'unseen' ? 'unseen' : route === undefined ? 'none' : 'present',
    sites: isFresh ? diagnosed : undefined,
    maxErrorRatio: mostWhile(deployment.failover.move.promoteWhen, 'errorRate') ?? usualErrorRatio,
  });
  const view: Omit<StatusView, 'next'> = {
    environment: config.environment,
    deployment: deployment.name,
    atMs,
    mode: deployment.failover.mode,
    service,
    traffic: traffic === undefined ? undefined : figuresOf(traffic),
    sites: deployment.placements.map((placement) => ({
      ...rowOf(
        placement,
        diagnosed?.find(({ site }) => site === placement.site),
        route?.weights[placement.site],
        traffic,
        snapshot?.view.sites.find(({ site }) => site.name === placement.site),
      ),
      ...examinedAt(snapshot, placement.site),
    })),
    open: stored?.open,
    last: stored?.recent[0],
    failoverReady: readiness(snapshot, isFresh, sights),
    controller: controllerOf(sights),
    owner: deployment.owner,
    runbook: deployment.runbook,
    temporary: temporaryOf(sights),
    sources: {
      controller: sourceOfSnapshot(sights, snapshot, isFresh),
      gateway: sourceOfGateway(sights),
      store: sights.stored.kind === 'seen' ? { ...sights.stored, isStale: false } : sights.stored,
    },
  };
  return { ...view, next: nextCommands(view, deployment) };
}

/** With what stands in place of the configuration's numbers and weights; what counts no more is not shown. */
export function asSetNow(configured: Deployment, sights: Sights): { deployment: Deployment; sights: Sights } {
  const { stored } = sights;
  if (stored.kind === 'unseen') return { deployment: configured, sights };
  const { deployment, standing } = setNow(configured, stored.value.standing);
  return { deployment, sights: { ...sights, stored: { ...stored, value: { ...stored.value, standing } } } };
}

/** However old: its own age is shown with it. */
function examinedAt(snapshot: Snapshot | undefined, site: string): Pick<SiteRow, 'examined'> {
  const examined = snapshot?.examined?.find((each) => each.site === site);
  return examined === undefined ? {} : { examined };
}

/** With the store away what people said to the gateway is shown all the same. */
function temporaryOf({ stored, pins, faults, left, atMs }: Sights): StatusView['temporary'] {
  const kept = pins.kind === 'seen' ? pins.value.map(pinned) : [];
  const inForce = faults.kind === 'seen' ? faults.value : [];
  const forgotten = left?.kind === 'seen' && left.value !== undefined ? [left.value] : [];
  // What is in force yet says itself how it ends.
  const undone = forgotten.filter(({ run }) => inForce.every((fault) => fault.run !== run)).map(leftBehind);
  const atGateway = [...inForce.map(drilled), ...undone, ...kept];
  if (stored.kind === 'seen') return [...atGateway, ...temporaries(stored.value.standing, atMs)];
  return atGateway.length > 0 ? atGateway : undefined;
}

/** How old the controller's view may be before it counts as stale, in milliseconds. */
function freshForMs({ failover }: Deployment): number {
  return Math.max(failover.detector.staleAfterMs, 3 * failover.detector.evaluateEveryMs);
}

function sourceOfSnapshot(sights: Sights, snapshot: Snapshot | undefined, isFresh: boolean): Source {
  if (snapshot !== undefined) return { kind: 'seen', asOfMs: snapshot.atMs, isStale: !isFresh };
  return {
    kind: 'unseen',
    why: sights.stored.kind === 'seen' ? 'no controller has looked at it yet' : sights.stored.why,
  };
}

function sourceOfGateway({ route, traffic }: Sights): Source {
  if (route.kind === 'unseen') return route;
  // A gateway without a route was seen, and has nothing to count.
  return traffic.kind === 'unseen' && route.value !== undefined
    ? traffic
    : { kind: 'seen', asOfMs: route.asOfMs, isStale: false };
}

function controllerOf({ stored, atMs }: Sights): ControllerView {
  if (stored.kind === 'unseen') return { kind: 'unseen' };
  const { lease } = stored.value;
  if (lease === undefined) return { kind: 'gone', holder: undefined, renewedAtMs: undefined };
  const { holder, renewedAtMs, ttlMs } = lease;
  return { kind: atMs - renewedAtMs <= ttlMs ? 'live' : 'gone', holder, renewedAtMs };
}

/** Never inferred from silence: without a fresh view it is unknown, and that is said. */
function readiness(snapshot: Snapshot | undefined, isFresh: boolean, sights: Sights): StatusView['failoverReady'] {
  if (snapshot === undefined || !isFresh) {
    const message =
      snapshot === undefined
        ? 'no controller has looked at it'
        : `the controller looked last ${age(sights.atMs - snapshot.atMs)} ago`;
    return { value: 'unknown', to: undefined, isTargetReady: false, reasons: [{ code: 'UnknownView', message }] };
  }
  const open = sights.stored.kind === 'seen' ? sights.stored.value.open : snapshot.view.open;
  const recent = sights.stored.kind === 'seen' ? sights.stored.value.recent : snapshot.view.recent;
  // A snapshot of an earlier version knows nothing of what stands.
  const standing = sights.stored.kind === 'seen' ? sights.stored.value.standing : [];
  const others = snapshot.view.others ?? [];
  const view = { ...snapshot.view, open, recent, standing, others };
  const { to, isTargetReady, reasons: rules } = failoverReadiness(view, sights.atMs);
  const reasons = [...nobodyActs(sights), ...rules];
  return { value: reasons.length === 0 ? 'yes' : 'no', to, isTargetReady, reasons };
}

/** Whatever the rules say: without a controller nothing moves by itself, and without the gateway nothing moves at all. */
function nobodyActs(sights: Sights): StatusView['failoverReady']['reasons'] {
  const { route } = sights;
  return [
    ...(controllerOf(sights).kind === 'live'
      ? []
      : [{ code: 'UnknownView', message: 'nobody watches: no controller runs' } as const]),
    ...(route.kind === 'unseen' ? [{ code: 'DriverUnreachable', message: route.why } as const] : []),
  ];
}

function rowOf(
  placement: Placement,
  diagnosis: SiteDiagnosis | undefined,
  wantPct: number | undefined,
  traffic: DeploymentTraffic | undefined,
  seen: SiteView | undefined,
): SiteRow {
  const own = traffic?.sites.find(({ site }) => site === placement.site);
  const attempts = (traffic?.sites ?? []).reduce((total, site) => total + site.attempts, 0);
  // What answered a moment ago and has nothing ready now is not as good as it looks.
  const isHollow = diagnosis?.code === 'Healthy' && diagnosis.ready.length === 0;
  const state = diagnosis === undefined ? 'unknown' : isHollow ? 'degraded' : stateOf[diagnosis.code];
  const isWrong = state === 'failing' || (state === 'degraded' && !isHollow);
  const isNews = diagnosis !== undefined && diagnosis.code !== 'Healthy';
  return {
    name: placement.site,
    wantPct,
    realRatio: attempts === 0 ? undefined : (own?.attempts ?? 0) / attempts,
    state,
    // Only what is wrong has a beginning that anybody asks for.
    sinceMs: isWrong ? diagnosis?.sinceMs : undefined,
    evidenceAtMs: diagnosis?.asOfMs,
    ready: diagnosis?.ready.length,
    replicas: placement.replicas,
    standby: placement.standby,
    firstTokenP95Ms: own?.firstTokenP95Ms,
    inFlight: own?.inFlight,
    replicaDomains: seen === undefined ? [] : toldDomains(seen.replicas),
    reasons: isNews ? [{ code: diagnosis.code, message: diagnosis.message }] : [],
    ...(seen?.notices === undefined ? {} : { notices: seen.notices }),
  };
}

function figuresOf(traffic: DeploymentTraffic): TrafficFigures {
  const { sites, held, requests, ok, failed, cut, retried } = traffic;
  const attempts = sites.reduce((total, site) => total + site.attempts, 0);
  const failures = sites.reduce((total, site) => total + site.failures, 0);
  const times = sites.flatMap(({ firstTokenP95Ms }) => (firstTokenP95Ms === undefined ? [] : [firstTokenP95Ms]));
  return {
    attemptsPerSecond: sites.reduce((total, site) => total + (site.attempts * 1000) / Math.max(site.windowMs, 1), 0),
    errorRatio: attempts === 0 ? undefined : failures / attempts,
    firstTokenP95Ms: times.length === 0 ? undefined : Math.max(...times),
    held,
    totals: { requests, ok, failed, cut, retried },
  };
}
