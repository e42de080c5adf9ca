/** The simulated gateway: the real acceptance rules over a table that outlives it; what it does to users, drills included. */
import { acceptEntry, type Fence } from '../core/routing/accept-entry.ts';
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { RouteEntry, RouteReplica, Weights } from '../model/route.ts';
import type { SiteCut } from '../model/running.ts';
import type { DeploymentTraffic, ReplicaTraffic } from '../model/traffic-stats.ts';
import type { Random } from '../ports/random.ts';
import type { ArmedFaults } from './armed-faults.ts';
import type { Cloud } from './cloud.ts';
import type { Schedule } from './schedule.ts';
import type { Server } from './server.ts';
import { type Portion, UserTraffic } from './user-traffic.ts';
import { Withdrawn } from './withdrawn.ts';

export interface GatewayTerms {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly clouds: ReadonlyMap<string, Cloud>;
  /** Longest time that a request runs on at a site without weight, in milliseconds. */
  readonly longestStreamMs: number;
  readonly onAccepted: (entry: RouteEntry, before: RouteEntry | undefined) => void;
  readonly faults?: ArmedFaults | undefined;
}

/** One gateway of one deployment. */
export class Gateway {
  /** Not there: refuses connections. What it accepted before is on its disk. */
  isUp = true;
  entry: RouteEntry | undefined;
  /** The one before the one in force: what a stale read shows, and a restored copy of its file holds. */
  previous: RouteEntry | undefined;
  fence: Fence = { epoch: 0, routeVersion: 0 };
  /** For the oracles: the newest epoch of whatever it took, stamps too, whether or not its own rules still know of it. */
  newestEpoch = 0;
  readonly #terms: GatewayTerms;
  readonly #users: UserTraffic;
  #lastTraffic: DeploymentTraffic | undefined;
  /** By site that lost its weight: when the last of its requests ends, monotonic milliseconds. */
  readonly #idleAtMs = new Map<string, number>();

  readonly #withdrawn = new Withdrawn();

  constructor(terms: GatewayTerms) {
    this.#terms = terms;
    this.#users = new UserTraffic(() => terms.schedule.monoMs);
  }

  /** What drills do to the traffic; undefined: it cannot be told to do anything of the kind. */
  get faults(): ArmedFaults | undefined {
    return this.#terms.faults;
  }

  /** It is gone with all that it had in memory. */
  fail(): void {
    this.isUp = false;
    if (this.faults === undefined) return;
    this.faults.drop();
    this.#users.forget();
  }

  stamp(epoch: number): Reply<void> {
    if (!this.isUp) return absent;
    if (epoch < this.fence.epoch) return stale;
    this.fence = { ...this.fence, epoch };
    this.newestEpoch = Math.max(this.newestEpoch, epoch);
    return done;
  }

  write(entry: RouteEntry): Reply<void> {
    if (!this.isUp) return absent;
    const verdict = acceptEntry(this.fence, entry, this.entry);
    if (verdict.kind === 'refused') {
      const kind = verdict.code === 'invalid' ? 'invalid' : 'conflict';
      return { kind: 'refused', error: { class: kind, code: verdict.code, message: verdict.message } };
    }
    this.#put(entry);
    this.fence = { epoch: entry.epoch, routeVersion: entry.routeVersion };
    this.#terms.onAccepted(entry, this.previous);
    this.newestEpoch = Math.max(this.newestEpoch, entry.epoch);
    return done;
  }

  /** Its file is lost, or an older copy of it was put back. */
  forget(how: 'all' | 'newest'): void {
    this.entry = how === 'all' ? undefined : this.previous;
    this.previous = undefined;
    this.fence = { epoch: this.entry?.epoch ?? 0, routeVersion: this.entry?.routeVersion ?? 0 };
    this.newestEpoch = this.fence.epoch;
    this.note();
  }

  /** Somebody sets weights by hand, as the program would write them. */
  meddle(weights: Weights): void {
    if (this.entry === undefined) return;
    this.#put({ ...this.entry, weights, routeVersion: this.entry.routeVersion + 1 });
    this.fence = { ...this.fence, routeVersion: this.entry.routeVersion };
  }

  /** Ends what still runs at a site that has no weight; the number of what it cut. */
  cut(site: string, epoch: number): Reply<SiteCut> {
    if (!this.isUp) return absent;
    if (epoch < this.fence.epoch) return stale;
    if ((this.entry?.weights[site] ?? 0) > 0) return weighty;
    const cut = this.inFlight(site);
    this.#idleAtMs.delete(site);
    return { kind: 'done', value: { moved: 0, cut } };
  }

  /** Whether the table lets new requests go to a site: by weight, or as a place to spill to. */
  isOffered(site: string): boolean {
    const { weights = {}, spill = [], sites = [] } = this.entry ?? {};
    const replicas = sites.find((each) => each.site === site)?.replicas ?? [];
    return (
      (weights[site] ?? 0) > 0 ||
      (spill.some((each) => each.site === site) && replicas.some(({ state }) => state !== 'draining'))
    );
  }

  /** Whether the table lets new requests go to a replica. */
  isListed(site: string, id: string): boolean {
    const replicas = this.entry?.sites.find((each) => each.site === site)?.replicas ?? [];
    return this.isOffered(site) && replicas.some((each) => each.id === id && each.state !== 'draining');
  }

  /** Running requests at a site. */
  inFlight(site: string): number {
    if ((this.entry?.weights[site] ?? 0) > 0) return 5;
    return this.#terms.schedule.monoMs < (this.#idleAtMs.get(site) ?? 0) ? 3 : 0;
  }

  /** Whether requests run at a replica. */
  isBusy(site: string, id: string): boolean {
    if (this.isListed(site, id) && this.inFlight(site) > 0) return true;
    const isListed = this.#listedAt(site).some((each) => each.id === id);
    const isOfSite = isListed && (this.entry?.weights[site] ?? 0) === 0 && this.inFlight(site) > 0;
    return isOfSite || this.#withdrawn.isBusy(id, this.#terms.schedule);
  }

  #put(entry: RouteEntry): void {
    this.#withdrawn.note(this.entry, entry, this.#terms);
    const { schedule, random, longestStreamMs } = this.#terms;
    for (const [site, weight] of Object.entries(this.entry?.weights ?? {}))
      if (weight > 0 && (entry.weights[site] ?? 0) === 0)
        this.#idleAtMs.set(site, schedule.monoMs + random.next() * longestStreamMs);
    this.previous = this.entry;
    this.entry = entry;
    this.note();
  }

  /** To be called when weights, the health of servers or what drills do changed. */
  note(): void {
    const weights = Object.entries(this.entry?.weights ?? {}).filter(([, weight]) => weight > 0);
    this.#users.note(
      weights.flatMap(([site, weight]) => (this.isDrained(site) ? [] : this.#portionsOf(site, weight / 100))),
    );
  }

  /** A site with weight whose replicas are all on their way out: what would go there goes elsewhere. */
  isDrained(site: string): boolean {
    const listed = this.#listedAt(site);
    return (
      listed.length > 0 && (this.entry?.weights[site] ?? 0) > 0 && listed.every(({ state }) => state === 'draining')
    );
  }

  /** With the number of requests that run there; asked of those alone that get nothing new, so of none while all do. */
  #busyAt(site: string): readonly ReplicaTraffic[] {
    const isLeft = this.#listedAt(site).some(({ state }) => state === 'draining');
    if (!isLeft && this.#withdrawn.isEmpty) return [];
    const all = [...(this.#terms.clouds.get(site)?.servers.keys() ?? [])];
    return all
      .filter((id) => this.isBusy(site, id))
      .map((replica) => ({ replica, inFlight: 1, streaming: 1, ejected: false }));
  }

  #listedAt(site: string): readonly RouteReplica[] {
    return this.entry?.sites.find((each) => each.site === site)?.replicas ?? [];
  }

  /** The site's servers that are in the table, where they may get requests by weight, and give good answers. */
  servingAt(site: string): readonly Server[] {
    const hasWeight = (this.entry?.weights[site] ?? 0) > 0;
    const listed = this.#listedAt(site).filter(({ state }) => !hasWeight || state !== 'draining');
    const servers = this.#terms.clouds.get(site)?.serving() ?? [];
    return servers.filter(({ replica }) => listed.some(({ bootId }) => bootId === replica.bootId));
  }

  /** Of what is sent to the site, the shares that a drill loses and makes late, 0–1. */
  harmAt(site: string): { readonly lost: number; readonly late: number } {
    const { faults } = this;
    if (faults === undefined) return noHarm;
    const lost = Math.max(...(['blackhole', 'errors'] as const).map((kind) => faults.shareOf(kind, site)));
    return { lost, late: Math.min(1 - lost, faults.shareOf('slow-first-token', site)) };
  }

  #portionsOf(site: string, share: number): readonly Portion[] {
    const fate = this.#fateAt(site);
    const { lost, late } = this.harmAt(site);
    const isRetried = [...this.#terms.clouds.keys()].some(
      (each) => each !== site && this.isOffered(each) && this.servingAt(each).length > 0,
    );
    if (fate === 'bad' || lost + late === 0) return [{ site, share, fate, isRetried }];
    return [
      { site, share: share * (1 - lost - late), fate },
      { site, share: share * late, fate: 'late' },
      { site, share: share * lost, fate: 'bad', isRetried },
    ];
  }

  #fateAt(site: string): Portion['fate'] {
    const cloud = this.#terms.clouds.get(site);
    if (cloud === undefined) return 'bad';
    if (this.servingAt(site).length > 0) return 'good';
    return cloud.alive().some(({ health }) => health === 'slow') ? 'late' : 'bad';
  }

  /** `isStale`: what it said the last time it was asked. */
  traffic(deployment: string, isStale: boolean): DeploymentTraffic | ProviderError {
    if (!this.isUp) return absentError;
    if (isStale && this.#lastTraffic !== undefined) return this.#lastTraffic;
    this.note();
    const sites = [...this.#terms.clouds.keys()];
    const running = sites.reduce((sum, site) => sum + this.inFlight(site), 0);
    this.#lastTraffic = {
      ...{ deployment, epoch: this.fence.epoch, routeVersion: this.fence.routeVersion },
      ...{ ...this.#users.totals(running), cut: 0, gaveUp: 0, retried: 0, held: 0 },
      sites: sites.map((site) => ({ ...this.#users.of(site, this.inFlight(site)), replicas: this.#busyAt(site) })),
    };
    return this.#lastTraffic;
  }
}

const noHarm = { lost: 0, late: 0 };
const weighty: Reply<never> = {
  kind: 'refused',
  error: { class: 'conflict', code: 'HasWeight', message: 'the site has weight' },
};
const done: Reply<void> = { kind: 'done', value: undefined };
const stale: Reply<never> = {
  kind: 'refused',
  error: { class: 'conflict', code: 'stale', message: 'an older epoch than was seen' },
};
/** Nobody listens. */
export const absentError: ProviderError = { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' };
const absent: Reply<never> = { kind: 'refused', error: absentError };
