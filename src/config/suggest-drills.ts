/** Drills for a configuration that has none: what can fail of it, and what its own numbers promise then. */
import type { Config } from '../model/config.ts';
import type { Deployment, Placement } from '../model/deployment.ts';
import type { DrillKind, PlannedFault } from '../model/drill.ts';
import { mostUntil, mostWhile } from '../model/limits.ts';
import { type DrillLimits, drillLimits } from './drill-limits.ts';
import { writeDuration } from './write-duration.ts';

/** As it would be written; times in milliseconds. */
export interface SuggestedDrill {
  readonly name: string;
  readonly title: string;
  readonly deployment: string;
  readonly kind: DrillKind;
  readonly faults: readonly PlannedFault[];
  readonly exit?: { readonly vendor: string; readonly stayMs: number };
  readonly hypothesis: readonly string[];
  readonly abortIf: readonly string[];
  readonly steadyState: { readonly observeMs: number; readonly require: readonly string[] };
  readonly requestsPerSecond: number;
  readonly settleMs: number;
}

/** One that makes no sense here, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

export type Suggestion = SuggestedDrill | LeftOut;

/** How long a fault goes on once all has moved: so that it is seen to last. */
const lastingMs = 20_000;
/** The longest that a fault may be written with, and a stay without a vendor. */
const longestMs = 3_600_000;
const longestStayMs = 24 * 3_600_000;
/** The longest that a first token may be held back. */
const longestDelayMs = 60_000;
/** Where the detector has no limit of errors alone a drill has one all the same, 0–1. */
const usualBadRatio = 0.5;
/** Providers whose replicas can be stopped where they stand. */
const canHang: ReadonlySet<string> = new Set(['local']);

/** In the order in which one would run them. Those of several deployments have its name in theirs. */
export function suggestDrills(config: Config, deployment: Deployment): readonly Suggestion[] {
  const active = activeSite(deployment);
  const named = (name: string): string => (config.deployments.length === 1 ? name : `${name}-${deployment.name}`);
  if (active === undefined) return [{ name: named('site-loss'), why: `${deployment.name} has no site with traffic` }];
  const scene: Scene = { config, deployment, active, limits: drillLimits(deployment), named };
  const moving = [siteLoss, engineHang, slowSite, noCapacity];
  const others = deployment.placements.filter(({ site, standby }) => site !== active.site && standby === 'hot');
  const why = `no other site of ${deployment.name} is hot: nothing would take over at once`;
  return [
    ...moving.map((make) => (others.length === 0 ? { name: make(scene).name, why } : make(scene))),
    blindController(scene),
    providerExit(scene),
  ].map(withinLimits);
}

interface Scene {
  readonly config: Config;
  readonly deployment: Deployment;
  readonly active: Placement;
  readonly limits: DrillLimits;
  readonly named: (name: string) => string;
}

/** The one that has most of the traffic when nothing is wrong. */
function activeSite({ placements, weights }: Deployment): Placement | undefined {
  const [most] = placements.toSorted((a, b) => (weights[b.site] ?? 0) - (weights[a.site] ?? 0));
  return most === undefined || (weights[most.site] ?? 0) === 0 ? undefined : most;
}

function siteLoss(scene: Scene): SuggestedDrill {
  return lossOf(scene, 'site-loss', `Lose ${scene.active.site} at full traffic`, []);
}

/** Stalled streams alone are one plane of evidence: automation rightly waits, so that they rehearse no failover. */
function engineHang(scene: Scene): Suggestion {
  const { config, active, deployment } = scene;
  const provider = config.sites.find(({ name }) => name === active.site)?.provider;
  if (provider === undefined || !canHang.has(provider))
    return {
      name: scene.named('engine-hang'),
      why: `nobody can stop the replicas at ${active.site} from here: a fault of type exec can, with a program of yours`,
    };
  const ms = isServing(deployment) ? scene.limits.recoverMs : scene.limits.detectMs;
  return {
    ...common(scene, 'engine-hang', `The model servers at ${active.site} stop where they stand`),
    faults: [faultAt(active.site, 'hang', ms + lastingMs)],
    hypothesis: [
      ...decided(scene),
      ...(isServing(deployment) ? [`recoveryTime <= ${writeDuration(scene.limits.recoverMs)}`] : []),
    ],
  };
}

function slowSite(scene: Scene): Suggestion {
  const { active, deployment, limits } = scene;
  const { firstTokenLimitMs, failover } = deployment;
  // Held back less than this, what is claimed would be so without any move.
  const limitMs = Math.max(firstTokenLimitMs, mostWhile(failover.move.promoteWhen, 'ttft.p95') ?? 0);
  if (limitMs >= longestDelayMs)
    return { name: scene.named('slow-site'), why: 'its first token may take longer than a drill can hold it back' };
  const withinMs = isServing(deployment) ? limits.stepwiseMs : limits.detectMs;
  return {
    ...common(scene, 'slow-site', `The first token of ${active.site} comes too late`),
    faults: [
      {
        ...faultAt(active.site, 'slow-first-token', withinMs + lastingMs),
        delayMs: Math.min(limitMs + firstTokenLimitMs, longestDelayMs),
      },
    ],
    hypothesis: [
      ...decided(scene),
      ...(isServing(deployment)
        ? [`ttft.p95 <= ${writeDuration(limitMs)} within ${writeDuration(withinMs)} of fault`]
        : []),
      ...lost(deployment),
    ],
  };
}

function noCapacity(scene: Scene): SuggestedDrill {
  const { deployment } = scene;
  const denied = deployment.placements.map(({ site }) => faultAt(site, 'capacity-denied', 0));
  return lossOf(scene, 'no-capacity', `Lose ${scene.active.site} while no cloud has anything left to start`, denied);
}

function lossOf(scene: Scene, name: string, title: string, beside: readonly PlannedFault[]): SuggestedDrill {
  const { active, deployment, limits } = scene;
  const forMs = (isServing(deployment) ? limits.recoverMs : limits.detectMs) + lastingMs;
  return {
    ...common(scene, name, title),
    faults: [...beside.map((fault) => ({ ...fault, forMs })), faultAt(active.site, 'blackhole', forMs)],
    hypothesis: [
      ...decided(scene),
      ...(isServing(deployment) ? [`recoveryTime <= ${writeDuration(limits.recoverMs)}`] : []),
      ...lost(deployment),
    ],
  };
}

function blindController(scene: Scene): SuggestedDrill {
  const { active, limits } = scene;
  return {
    ...common(scene, 'blind-controller', `The controller sees nothing of ${active.site}, and users see all of it`),
    faults: [faultAt(active.site, 'vantage-blind', limits.detectMs + lastingMs)],
    hypothesis: ['moves = 0'],
  };
}

function providerExit(scene: Scene): Suggestion {
  const { config, deployment, active } = scene;
  const name = scene.named('provider-exit');
  const vendorOf = (site: string): string | undefined => {
    const found = config.sites.find((each) => each.name === site);
    return found?.vendor ?? found?.provider;
  };
  const vendors = new Set(deployment.placements.map(({ site }) => vendorOf(site)));
  const vendor = vendorOf(active.site);
  if (vendors.size < 2 || vendor === undefined)
    return { name, why: `all sites of ${deployment.name} are of one vendor: there is nowhere to go` };
  const stayMs = Math.max(scene.limits.settleMs, deployment.failover.safety.dwellMs);
  return {
    ...common(scene, 'provider-exit', `Leave ${vendor}, serve without it, and return`),
    ...{ kind: 'provider-exit', faults: [], exit: { vendor, stayMs }, hypothesis: lost(deployment) },
  };
}

function common(scene: Scene, name: string, title: string) {
  const { deployment, limits } = scene;
  const { move, detector } = deployment.failover;
  const acceptedRatio = mostWhile(move.promoteWhen, 'errorRate');
  const badRatio = mostUntil(detector.unhealthyWhen, 'errorRate') ?? usualBadRatio;
  return {
    ...{ name: scene.named(name), title, deployment: deployment.name, kind: 'live' as const },
    abortIf: [
      // While it recovers requests may be lost: it is ended when that goes on.
      `errorRate > ${percent(badRatio)} for ${writeDuration(limits.recoverMs)}`,
      ...healthy(scene),
    ],
    steadyState: {
      observeMs: limits.observeMs,
      require: acceptedRatio === undefined ? [] : [`errorRate <= ${percent(acceptedRatio)}`],
    },
    ...{ requestsPerSecond: limits.requestsPerSecond, settleMs: limits.settleMs },
  };
}

/** When another site is lost too. */
function healthy({ deployment, active }: Scene): readonly string[] {
  const all = deployment.placements.reduce((sum, { replicas }) => sum + replicas, 0);
  const left = deployment.placements
    .filter(({ site, standby }) => site !== active.site && standby === 'hot')
    .reduce((sum, { replicas }) => sum + replicas, 0);
  return left === 0 ? [] : [`capacity.healthy < ${Math.floor((left / all) * 100)}%`];
}

/** What is seen of the controller: automation that may not act is rehearsed as it is. */
function decided({ deployment: { failover }, limits }: Scene): readonly string[] {
  if (failover.mode === 'off') return ['moves = 0'];
  const detected = `detectionTime <= ${writeDuration(limits.detectMs)}`;
  return failover.mode === 'auto' ? [detected, 'decision = act'] : [detected, 'decision = advise', 'moves = 0'];
}

function isServing({ failover }: Deployment): boolean {
  return failover.mode === 'auto';
}

/** As many as the gate of a move accepts; nothing is promised where it accepts any. */
function lost({ failover }: Deployment): readonly string[] {
  const acceptedRatio = mostWhile(failover.move.promoteWhen, 'errorRate');
  return acceptedRatio === undefined ? [] : [`lostRequests <= ${percent(acceptedRatio)}`];
}

function faultAt(site: string, kind: PlannedFault['kind'], forMs: number): PlannedFault {
  return { kind, site, sharePct: 100, atMs: 0, forMs };
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(2))}%`;
}

/** One whose times cannot be written is none. */
function withinLimits(suggestion: Suggestion): Suggestion {
  if ('why' in suggestion) return suggestion;
  const longest = Math.max(0, ...suggestion.faults.map(({ forMs }) => forMs));
  const stayMs = suggestion.exit?.stayMs ?? 0;
  if (longest <= longestMs && stayMs <= longestStayMs) return suggestion;
  return {
    name: suggestion.name,
    why: `it would last ${writeDuration(Math.max(longest, stayMs))}, longer than a drill may: see failover.detector, probe and failover.move`,
  };
}
