/** Looks: probes, the providers' lists, the gateway's table and statistics; puts them together as a view. */
import { detect, type StartUp } from '../core/detect/detect.ts';
import { prove } from '../core/detect/prove.ts';
import { type Listed, mergeListing } from '../core/listing.ts';
import { isListed, isPast } from '../core/readiness.ts';
import { assert } from '../errors.ts';
import type { Condition, Proof } from '../model/condition.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { Site } from '../model/site.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Provider } from '../ports/provider.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';
import { createPoll, type Poll } from './poll.ts';
import { createProbeSchedule, type ProbeSchedule } from './probe-schedule.ts';

/** The parts of a view that come from looking. */
export type Sight = Pick<View, 'deployment' | 'atMs' | 'sites' | 'route' | 'traffic'>;

export interface Observer {
  /** Asks everything that is due and waits for the answers, at most `patienceMs`; late ones count in the next look. */
  look(patienceMs: number, signal: AbortSignal): Promise<void>;
  sight(): Sight;
  /** Reads the route entry now, past any cache: what a read-back needs. */
  readRoute(signal: AbortSignal): Promise<Seen<RouteEntry | undefined>>;
  readTraffic(signal: AbortSignal): Promise<Seen<DeploymentTraffic>>;
  readReplicas(site: string, signal: AbortSignal): Promise<Seen<readonly Replica[]>>;
  /** Proves a site as fast as its answers allow instead of at the probe's interval. */
  hurry(site: string): void;
  /** Somebody asked to hurry since the last look. */
  isHurried(): boolean;
}

interface WatchedSite {
  readonly site: Site;
  readonly placement: SiteView['placement'];
  readonly list: Poll<readonly Replica[]>;
  replicas: readonly Listed[];
  readonly listLagMs: number;
  /** When the first list was seen, epoch milliseconds. */
  listedSinceMs: number | undefined;
}

/** One observer per deployment. `readTimeoutMs` bounds each read of a provider or the gateway. */
export function createObserver(deps: EngineDeps, deployment: Deployment, readTimeoutMs: number): Observer {
  const { clock } = deps;
  const schedule = createProbeSchedule(deps, deployment);
  let isHurried = false;
  let last: { readonly counts: number; readonly sight: Sight } | undefined;

  const read = async <T>(
    signal: AbortSignal | undefined,
    run: (call: ReadCall) => Promise<Seen<T>>,
  ): Promise<Seen<T>> => {
    const end = await callWithin(clock, readTimeoutMs, signal, run);
    return end.kind === 'answered' ? end.value : { kind: 'unknown', error: end.error };
  };
  const providerAt = (site: string): Provider => {
    const provider = deps.providers.get(site);
    assert(provider !== undefined, `no provider session for site ${site}`);
    return provider;
  };
  /** Whoever asked for it: what one list showed, the next one cannot make unseen. */
  const readListed = async (own: WatchedSite, signal: AbortSignal | undefined): Promise<Seen<readonly Replica[]>> => {
    const { name } = own.site;
    const seen = await read(signal, (call) => providerAt(name).list({ deployment: deployment.name }, call));
    if (seen.kind === 'unknown') return seen;
    own.listedSinceMs ??= seen.asOfMs;
    own.replicas = mergeListing(own.replicas, seen.value, seen.asOfMs, own.listLagMs);
    return seen;
  };
  const readRoute = (signal: AbortSignal | undefined) =>
    read(signal, (call) => deps.traffic.read(deployment.name, call));
  const readTraffic = (signal: AbortSignal | undefined) =>
    read(signal, (call) => deps.traffic.traffic(deployment.name, call));

  const route = createPoll(() => readRoute(undefined));
  const traffic = createPoll(() => readTraffic(undefined));
  const watched = deployment.placements.map((placement): WatchedSite => {
    const site = deps.config.sites.find((each) => each.name === placement.site);
    assert(site !== undefined, `deployment ${deployment.name} names the unknown site ${placement.site}`);
    const own: WatchedSite = {
      site,
      placement,
      list: createPoll(() => readListed(own, undefined)),
      replicas: [],
      listLagMs: providerAt(site.name).listLagMs,
      listedSinceMs: undefined,
    };
    return own;
  });

  return {
    async look(patienceMs, signal) {
      isHurried = false;
      const reads = [route.ask(), traffic.ask(), ...watched.map(({ list }) => list.ask())];
      const replicas = watched.flatMap((each) => {
        const all = each.replicas.map(({ replica }) => replica);
        return all.filter((replica) => !isPast(replica, all));
      });
      const all = Promise.all([...reads, schedule.sendDue(replicas, signal)]);
      await callWithin(clock, patienceMs, signal, () => all);
    },
    sight() {
      const atMs = clock.nowMs();
      const counts = [route, traffic, ...watched.map(({ list }) => list)].reduce(
        (sum, poll) => sum + poll.count(),
        schedule.count(),
      );
      // A step asks several times in one moment; judging every history anew for each would be most of its work.
      if (last !== undefined && last.counts === counts && last.sight.atMs === atMs) return last.sight;
      const sites = watched.map(({ site, placement, list, replicas, listLagMs, listedSinceMs }): SiteView => {
        const last = list.last();
        const sinceMs = listedSinceMs ?? atMs;
        const control =
          last.kind === 'seen'
            ? { kind: last.kind, asOfMs: last.asOfMs, sinceMs }
            : { kind: last.kind, message: last.error.message };
        const seen = replicas.map(({ replica }) => {
          // What serves has started: a controller that comes new to it must not take its silence for loading.
          const timeoutMs = isListed(route.last(), replica) ? 0 : placement.launch.startupTimeoutMs;
          return viewOf(deployment, schedule, replica, { startedAtMs: replica.startedAtMs, timeoutMs }, atMs);
        });
        return { site, placement, control, replicas: seen, listLagMs };
      });
      const sight = { deployment, atMs, sites, route: route.last(), traffic: traffic.last() };
      last = { counts, sight };
      return sight;
    },
    readRoute,
    readTraffic,
    async readReplicas(site, signal) {
      const own = watched.find((each) => each.site.name === site);
      assert(own !== undefined, `${deployment.name} is not configured at ${site}`);
      return await readListed(own, signal);
    },
    hurry(site) {
      isHurried = true;
      schedule.hurry(site);
    },
    isHurried: () => isHurried,
  };
}

function viewOf(
  deployment: Deployment,
  schedule: ProbeSchedule,
  replica: Replica,
  startUp: StartUp,
  nowMs: number,
): ReplicaView {
  const conditions: Condition[] = [];
  let proof: Proof | undefined;
  for (const spec of deployment.probes) {
    const history = schedule.historyOf(replica, spec);
    if (history.length > 0) conditions.push(detect(history, spec, deployment.failover.detector, startUp, nowMs));
    if (spec.kind === 'completion') proof ??= prove(history, spec, replica);
  }
  return { replica, conditions, proof };
}
