/** Serving, degraded, down or unknown: what users get, from their own requests and from the controller's view. */
import type { SiteDiagnosis } from '../model/diagnosis.ts';
import type { Weights } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ServiceState } from '../report/status-view.ts';
import type { Look } from './sights.ts';

export interface Evidence {
  readonly traffic: Look<DeploymentTraffic>;
  /** Weights in force; undefined when the gateway has no route or is not seen. */
  readonly weights: Weights | undefined;
  readonly route: 'present' | 'none' | 'unseen';
  /** The controller's diagnosis of each site, when it is fresh. */
  readonly sites: readonly SiteDiagnosis[] | undefined;
  /** Failed or late attempts above this share mean degraded, 0–1. */
  readonly maxErrorRatio: number;
}

type Word = 'good' | 'mixed' | 'bad' | 'quiet' | 'unknown';
interface Plane {
  readonly word: Word;
  readonly why: string;
}

/** Traffic outweighs probes: a site that answers probes and fails users does not serve. */
export function serviceState(evidence: Evidence): { readonly state: ServiceState; readonly why: string } {
  const traffic = trafficPlane(evidence);
  const probes = probePlane(evidence);
  if (traffic.word === 'unknown') return { state: 'unknown', why: `${traffic.why}; ${probes.why}` };
  if (traffic.word === 'bad') return { state: 'down', why: traffic.why };
  if (traffic.word === 'mixed') return { state: 'degraded', why: traffic.why };
  if (probes.word === 'mixed') return { state: 'degraded', why: probes.why };
  if (traffic.word === 'good') {
    return probes.word === 'bad'
      ? { state: 'degraded', why: `requests are answered, but ${probes.why}` }
      : { state: 'serving', why: probes.word === 'unknown' ? `${traffic.why}; ${probes.why}` : traffic.why };
  }
  if (probes.word === 'good') return { state: 'serving', why: `no requests now; ${probes.why}` };
  return { state: probes.word === 'bad' ? 'down' : 'unknown', why: `no requests now; ${probes.why}` };
}

function trafficPlane({ traffic, route, maxErrorRatio }: Evidence): Plane {
  if (route === 'none') return { word: 'bad', why: 'the gateway has no route for it yet' };
  if (traffic.kind === 'unseen') return { word: 'unknown', why: 'the gateway cannot be seen' };
  const { sites, held } = traffic.value;
  const attempts = sum(sites.map((site) => site.attempts));
  const poor = Math.min(attempts, sum(sites.map((site) => site.failures + site.late)));
  if (attempts === 0 && held === 0) return { word: 'quiet', why: 'no requests now' };
  if (attempts === poor)
    return { word: 'bad', why: held > 0 ? `${held} requests wait and none is answered` : 'every attempt fails' };
  if (poor / attempts > maxErrorRatio)
    return { word: 'mixed', why: `${percent(poor / attempts)} of attempts fail or come late` };
  if (held > 0) return { word: 'mixed', why: `${held} requests wait for a ready replica` };
  return { word: 'good', why: 'requests are answered in time' };
}

function probePlane({ sites, weights }: Evidence): Plane {
  if (sites === undefined) return { word: 'unknown', why: 'no fresh view of a controller' };
  const active = sites.filter(({ site }) => (weights?.[site] ?? 0) > 0);
  if (active.length === 0) return { word: 'unknown', why: 'no site is known to have weight' };
  if (active.every(({ code }) => code === 'ViewLost')) return { word: 'unknown', why: 'no active site can be seen' };
  const ill = active.filter(({ code }) => code !== 'Healthy');
  const names = (all: readonly SiteDiagnosis[]): string => all.map(({ site, code }) => `${site} ${code}`).join(', ');
  const [isReady, leaves] = [active.some(({ ready }) => ready.length > 0), active.filter(({ leaving }) => leaving)];
  // What will be gone in a moment serves as long as it is there.
  if (!isReady && leaves.length === 0) return { word: 'bad', why: `no active site is ready: ${names(active)}` };
  if (ill.length > 0) return { word: 'mixed', why: names(ill) };
  if (!isReady) return { word: 'good', why: `all that serves leaves: ${leaves.map(({ site }) => site).join(', ')}` };
  return { word: 'good', why: active.length === 1 ? 'the active site is healthy' : 'all active sites are healthy' };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}
