/** What users of the simulated gateway meet: a steady load, counted by stretches of time in which nothing changes. */
import type { DeploymentTraffic, SiteTraffic } from '../model/traffic-stats.ts';

/** Requests a second, over all sites. */
const requestsPerSecond = 100;
/** What the statistics cover, in milliseconds. */
const windowMs = 5000;

/** Of the requests that may be tried at another site, those that are lost all the same: their answer had begun. */
const lostRatio = 0.1;

export type Fate = 'good' | 'bad' | 'late';

/** A share of all requests (0–1), where they go, and how they fare there. */
export interface Portion {
  readonly site: string;
  readonly share: number;
  readonly fate: Fate;
  /** What fails there is tried at another site that serves. */
  readonly isRetried?: boolean;
}

interface Segment {
  readonly fromMs: number;
  readonly portions: readonly Portion[];
}

export class UserTraffic {
  readonly #nowMs: () => number;
  #segments: Segment[] = [];
  /** By site, since the start: requests, and those that failed. */
  readonly #totals = new Map<string, { all: number; bad: number }>();
  /** Over all sites: those that no retry saved. */
  #lost = 0;
  /** When the newest request that failed began; the far past when none did. */
  #lostAtMs = Number.NEGATIVE_INFINITY;

  /** `nowMs`: monotonic milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** From now on it is so. */
  note(portions: readonly Portion[]): void {
    this.#addUp();
    this.#segments.push({ fromMs: this.#nowMs(), portions });
    const oldest = this.#nowMs() - windowMs;
    while (this.#segments.length > 1 && (this.#segments[1]?.fromMs ?? 0) <= oldest) this.#segments.shift();
  }

  /** Whoever counts is started again: from here on. */
  forget(): void {
    this.#addUp();
    this.#segments = this.#segments.slice(-1).map((each) => ({ ...each, fromMs: this.#nowMs() }));
    this.#totals.clear();
    this.#lost = 0;
    this.#lostAtMs = Number.NEGATIVE_INFINITY;
  }

  #addUp(): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    const nowMs = this.#nowMs();
    const requests = ((nowMs - last.fromMs) / 1000) * requestsPerSecond;
    for (const { site, share, fate, isRetried = false } of last.portions) {
      const total = this.#totals.get(site) ?? { all: 0, bad: 0 };
      total.all += requests * share;
      if (fate === 'bad') total.bad += requests * share;
      if (fate === 'bad') this.#lost += requests * share * (isRetried ? lostRatio : 1);
      if (fate === 'bad' && requests * share > 0) this.#lostAtMs = nowMs;
      this.#totals.set(site, total);
    }
  }

  /** Over all sites, since the start; `running`: those that have not ended. */
  totals(running: number): Pick<DeploymentTraffic, 'requests' | 'ok' | 'failed' | 'lostAgoMs'> {
    const all = [...this.#totals.values()];
    const ended = Math.round(all.reduce((sum, each) => sum + each.all, 0));
    const failed = Math.min(ended, Math.round(this.#lost));
    const isLost = this.#lostAtMs > Number.NEGATIVE_INFINITY;
    return {
      ...{ requests: ended + running, ok: ended - failed, failed },
      ...(isLost ? { lostAgoMs: this.#nowMs() - this.#lostAtMs } : {}),
    };
  }

  of(site: string, inFlight: number): SiteTraffic {
    const nowMs = this.#nowMs();
    const counts = { good: 0, bad: 0, late: 0 };
    for (const [index, segment] of this.#segments.entries())
      for (const own of segment.portions) {
        if (own.site !== site) continue;
        const forMs = (this.#segments[index + 1]?.fromMs ?? nowMs) - Math.max(segment.fromMs, nowMs - windowMs);
        if (forMs > 0) counts[own.fate] += (forMs / 1000) * requestsPerSecond * own.share;
      }
    const attempts = Math.round(counts.good + counts.bad + counts.late);
    const total = this.#totals.get(site) ?? { all: 0, bad: 0 };
    return {
      ...{ site, windowMs, attempts, failures: Math.round(counts.bad), late: Math.round(counts.late) },
      ...{ firstTokenP50Ms: 30, firstTokenP95Ms: 60, attemptsTotal: Math.round(total.all) },
      ...{ failuresTotal: Math.round(total.bad), finishedTotal: 0, cutTotal: 0, inFlight, replicas: [] },
    };
  }
}
