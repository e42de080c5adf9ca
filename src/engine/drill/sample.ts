/** One look at what the gateway has counted, for the record of a drill. */
import type { Deployment } from '../../model/deployment.ts';
import type { DrillSample, SiteSample } from '../../model/drill-run.ts';
import type { RouteEntry } from '../../model/route.ts';
import type { DeploymentTraffic } from '../../model/traffic-stats.ts';
import { createReading } from '../reading.ts';
import type { Rehearsal } from './rehearsal.ts';

/** In milliseconds: a look that takes longer would make the next one late. */
const readTimeoutMs = 500;

/** Undefined when the gateway, or its table, was not seen. */
export async function readSample({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): Promise<DrillSample | undefined> {
  const reading = createReading(deps.clock, readTimeoutMs);
  const [traffic, route] = await Promise.all([
    reading(undefined, (call) => deps.traffic.traffic(drill.deployment, call)),
    reading(undefined, (call) => deps.traffic.read(drill.deployment, call)),
  ]);
  if (traffic.kind === 'unknown' || route.kind === 'unknown' || route.value === undefined) return undefined;
  const { requests, ok, failed, cut, gaveUp, lostAgoMs } = traffic.value;
  const ended = ok + failed + cut;
  const { weights } = route.value;
  const atMs = deps.clock.nowMs();
  const lostStartAtMs = lostAgoMs === undefined ? undefined : atMs - lostAgoMs;
  const deployment = deps.config.deployments.find(({ name }) => name === drill.deployment);
  const sites = sitesOf(deployment, traffic.value, route.value);
  return { atMs, ended, open: requests - ended, lost: failed + cut + gaveUp, lostStartAtMs, weights, sites };
}

function sitesOf(
  deployment: Deployment | undefined,
  traffic: DeploymentTraffic,
  { sites }: RouteEntry,
): readonly SiteSample[] {
  return (deployment?.placements ?? []).map(({ site, replicas, standby }) => {
    const counted = traffic.sites.find((each) => each.site === site);
    const listed = sites.find((each) => each.site === site)?.replicas ?? [];
    return {
      site,
      ready: listed.filter(({ state }) => state === 'serving').length,
      wanted: standby === 'hot' ? replicas : 0,
      attempts: counted?.attemptsTotal ?? 0,
      failures: counted?.failuresTotal ?? 0,
      inFlight: counted?.inFlight ?? 0,
      firstTokenP50Ms: counted?.firstTokenP50Ms,
      firstTokenP95Ms: counted?.firstTokenP95Ms,
    };
  });
}
