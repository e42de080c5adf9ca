/** The simulated gateway: the real acceptance rules over a table that outlives it, and statistics of a steady load. */
import { acceptEntry, type Fence } from '../core/routing/accept-entry.ts';
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { RouteEntry } from '../model/route.ts';
import type { DeploymentTraffic, SiteTraffic } from '../model/traffic-stats.ts';
import type { Cloud } from './cloud.ts';
import type { Schedule } from './schedule.ts';

/** Requests a second, over all sites. */
const requestsPerSecond = 100;
/** What the statistics cover, in milliseconds. */
const windowMs = 5000;

type Fate = 'good' | 'bad' | 'late';

interface Segment {
  readonly fromMs: number;
  /** By site: share of the requests, and how they fare there. */
  readonly sites: ReadonlyMap<string, { readonly share: number; readonly fate: Fate }>;
}

export interface GatewayTerms {
  readonly schedule: Schedule;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly onAccepted: (entry: RouteEntry) => void;
}

export class Gateway {
  /** Not there: refuses connections. What it accepted before is on its disk. */
  isUp = true;
  entry: RouteEntry | undefined;
  fence: Fence = { epoch: 0, routeVersion: 0 };
  readonly #terms: GatewayTerms;
  #segments: Segment[] = [];
  /** By site, since the start: requests, and those that failed. */
  readonly #totals = new Map<string, { all: number; bad: number }>();

  constructor(terms: GatewayTerms) {
    this.#terms = terms;
  }

  stamp(epoch: number): Reply<void> {
    if (!this.isUp) return absent;
    if (epoch < this.fence.epoch) return stale;
    this.fence = { ...this.fence, epoch };
    return done;
  }

  write(entry: RouteEntry): Reply<void> {
    if (!this.isUp) return absent;
    const verdict = acceptEntry(this.fence, entry);
    if (verdict.kind === 'refused') {
      const kind = verdict.code === 'stale' ? 'conflict' : 'invalid';
      return { kind: 'refused', error: { class: kind, code: verdict.code, message: verdict.message } };
    }
    this.entry = entry;
    this.fence = { epoch: entry.epoch, routeVersion: entry.routeVersion };
    this.note();
    this.#terms.onAccepted(entry);
    return done;
  }

  /** To be called when weights or the health of servers changed: statistics are kept by stretches of time. */
  note(): void {
    const { schedule, clouds } = this.#terms;
    this.#addUp();
    const fateOf = (site: string): Fate => {
      const cloud = clouds.get(site);
      if (cloud === undefined || cloud.alive().length === 0) return 'bad';
      if (cloud.serving().length > 0) return 'good';
      return cloud.alive().some(({ health }) => health === 'slow') ? 'late' : 'bad';
    };
    const weights = this.entry?.weights ?? {};
    const sites = new Map(
      Object.entries(weights).map(([site, weight]) => [site, { share: weight / 100, fate: fateOf(site) }]),
    );
    this.#segments.push({ fromMs: schedule.monoMs, sites });
    const oldest = schedule.monoMs - windowMs;
    while (this.#segments.length > 1 && (this.#segments[1]?.fromMs ?? 0) <= oldest) this.#segments.shift();
  }

  traffic(deployment: string): DeploymentTraffic | ProviderError {
    if (!this.isUp) return absentError;
    this.note();
    return {
      ...{ deployment, epoch: this.fence.epoch, routeVersion: this.fence.routeVersion },
      ...{ requests: 0, ok: 0, failed: 0, cut: 0, retried: 0, held: 0 },
      sites: [...this.#terms.clouds.values()].map((cloud) => this.#siteTraffic(cloud)),
    };
  }

  #addUp(): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    const requests = ((this.#terms.schedule.monoMs - last.fromMs) / 1000) * requestsPerSecond;
    for (const [site, { share, fate }] of last.sites) {
      const total = this.#totals.get(site) ?? { all: 0, bad: 0 };
      total.all += requests * share;
      if (fate === 'bad') total.bad += requests * share;
      this.#totals.set(site, total);
    }
  }

  #siteTraffic({ site }: Cloud): SiteTraffic {
    const { schedule } = this.#terms;
    const counts = { good: 0, bad: 0, late: 0 };
    for (const [index, segment] of this.#segments.entries()) {
      const own = segment.sites.get(site);
      const untilMs = this.#segments[index + 1]?.fromMs ?? schedule.monoMs;
      const forMs = untilMs - Math.max(segment.fromMs, schedule.monoMs - windowMs);
      if (own === undefined || forMs <= 0) continue;
      counts[own.fate] += (forMs / 1000) * requestsPerSecond * own.share;
    }
    const attempts = Math.round(counts.good + counts.bad + counts.late);
    const failures = Math.round(counts.bad);
    const total = this.#totals.get(site) ?? { all: 0, bad: 0 };
    return {
      ...{ site, windowMs, attempts, failures, late: Math.round(counts.late) },
      ...{ firstTokenP50Ms: 30, firstTokenP95Ms: 60, attemptsTotal: Math.round(total.all) },
      ...{ failuresTotal: Math.round(total.bad), inFlight: 0, replicas: [] },
    };
  }
}

const done: Reply<void> = { kind: 'done', value: undefined };
const stale: Reply<void> = {
  kind: 'refused',
  error: { class: 'conflict', code: 'stale', message: 'an older epoch than was seen' },
};
const absentError: ProviderError = { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' };
const absent: Reply<void> = { kind: 'refused', error: absentError };
