/** Looks: probes, the providers' lists, the gateway's table and statistics; puts them together as a view. */
import { assert } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Fault } from '../model/fault.ts';
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { ProbeCount } from '../model/tally.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { View } from '../model/view.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';
import { createPoll } from './poll.ts';
import { createProbeSchedule } from './probe-schedule.ts';
import { faultsOf, readFaults } from './read-faults.ts';
import { createReading } from './reading.ts';
import { type WatchedSite, watchSite } from './watched-site.ts';

/** The parts of a view that come from looking. */
export type Sight = Pick<View, 'deployment' | 'atMs' | 'sites' | 'route' | 'traffic' | 'faults' | 'mayBeDrilled'>;

export interface Observer {
  /**
   * Asks everything that is due and waits for the answers, at most `patienceMs`; late ones count in the next look. Completions
   * of hurried sites are due at once.
   */
  look(patienceMs: number, signal: AbortSignal, hurried?: readonly string[]): Promise<void>;
  /** What tells whether a site is ready: its list, then completions of what is on it, and what else is due. Waits as `look` does. */
  lookForProof(site: string, patienceMs: number, signal: AbortSignal): Promise<void>;
  sight(): Sight;
  /** How often each probe answered what at which site. */
  answers(): readonly ProbeCount[];
  /** The gateway's table and its statistics as seen last. */
  route(): View['route'];
  traffic(): View['traffic'];
  /** Reads the route entry now, past any cache: what a read-back needs. */
  readRoute(signal: AbortSignal): Promise<Seen<RouteEntry | undefined>>;
  readTraffic(signal: AbortSignal): Promise<Seen<DeploymentTraffic>>;
  /** What drills do to the traffic; nothing with a driver that knows of none. */
  readFaults(signal: AbortSignal): Promise<Seen<readonly Fault[]>>;
  readReplicas(site: string, signal: AbortSignal): Promise<Seen<readonly Replica[]>>;
}

/** One observer per deployment. `readTimeoutMs` bounds each read of a provider or the gateway. */
export function createObserver(deps: EngineDeps, deployment: Deployment, readTimeoutMs: number): Observer {
  const { clock } = deps;
  const schedule = createProbeSchedule(deps, deployment);
  const reading = createReading(clock, readTimeoutMs);
  const readRoute = (signal: AbortSignal | undefined) =>
    reading(signal, (call) => deps.traffic.read(deployment.name, call));
  const readTraffic = (signal: AbortSignal | undefined) =>
    reading(signal, (call) => deps.traffic.traffic(deployment.name, call));
  const route = createPoll(() => readRoute(undefined));
  const traffic = createPoll(() => readTraffic(undefined));
  const sites = deployment.placements.map((placement) => watchSite({ deps, deployment, placement, schedule, reading }));
  const faults = createPoll(() => readFaults(deps, deployment.name, reading, undefined));
  const gateway = [route, traffic, faults];
  const notices = sites.flatMap((site) => site.notices ?? []);
  const polls = [...gateway, ...sites.map(({ list }) => list), ...notices];
  let last: { readonly count: number; readonly sight: Sight } | undefined;

  const siteNamed = (name: string): WatchedSite => {
    const site = sites.find((each) => each.name === name);
    assert(site !== undefined, `${deployment.name} is not configured at ${name}`);
    return site;
  };
  const sendDue = (signal: AbortSignal, hurried?: readonly string[]): Promise<void> =>
    schedule.sendDue(
      sites.flatMap((site) => site.replicas()),
      signal,
      hurried,
    );

  return {
    async look(patienceMs, signal, hurried) {
      const due = sites.filter((site) => site.isDue() || hurried?.includes(site.name));
      const reads = [...gateway, ...due.map(({ list }) => list)].map((poll) => poll.ask());
      const all = Promise.all([...reads, ...notices.map((watch) => watch.ask()), sendDue(signal, hurried)]);
      await callWithin(clock, patienceMs, signal, () => all);
    },
    async lookForProof(name, patienceMs, signal) {
      const { list } = siteNamed(name);
      const all = list.ask().then(() => sendDue(signal, [name]));
      await callWithin(clock, patienceMs, signal, () => all);
    },
    sight() {
      const atMs = clock.nowMs();
      const count = polls.reduce((sum, poll) => sum + poll.count(), schedule.count());
      // A step asks several times in one moment; judging every history anew for each would be most of its work.
      if (last !== undefined && last.count === count && last.sight.atMs === atMs) return last.sight;
      const views = sites.map((site) => site.view(route.last(), atMs));
      const sight = {
        deployment,
        atMs,
        sites: views,
        route: route.last(),
        traffic: traffic.last(),
        ...faultsOf(faults.last()),
      };
      last = { count, sight };
      return sight;
    },
    answers: () => schedule.answers(),
    route: () => route.last(),
    traffic: () => traffic.last(),
    readRoute,
    readTraffic,
    readFaults: (signal) => readFaults(deps, deployment.name, reading, signal),
    async readReplicas(name, signal) {
      return await siteNamed(name).read(signal);
    },
  };
}
