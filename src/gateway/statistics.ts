/** Counts what users see: totals since the start, and per site a sliding window. */
import type { Pool } from '../core/routing/pool.ts';
import type { DeploymentTraffic, SiteTraffic } from '../model/traffic-stats.ts';

const slotMs = 500;
const slots = 20;
/** First-token buckets: 1 ms × 1.2^n, to about 15 minutes. */
const growth = 1.2;
const buckets = 76;

interface Slot {
  /** Which half second since the clock's zero. */
  number: number;
  attempts: number;
  failures: number;
  late: number;
  readonly firstToken: Uint32Array;
}

interface Site {
  attempts: number;
  failures: number;
  finished: number;
  cut: number;
  bytes: number;
  readonly ring: Slot[];
}

/** One deployment's counts. A class, because every request changes it. */
export class Statistics {
  requests = 0;
  ok = 0;
  failed = 0;
  cut = 0;
  gaveUp = 0;
  #lostStartMs = Number.NEGATIVE_INFINITY;
  retried = 0;
  readonly #sites = new Map<string, Site>();
  readonly #sinceMs: number;

  /** `sinceMs`: now, by the clock of everything that is noted. What came before nobody counted. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  /** `kind` late: counted when the limit passes, whatever becomes of the attempt. */
  note(site: string, kind: 'good' | 'failed' | 'late', nowMs: number): void {
    const slot = this.#slot(site, nowMs);
    if (kind === 'late') {
      slot.late += 1;
      return;
    }
    const total = this.#site(site);
    slot.attempts += 1;
    total.attempts += 1;
    if (kind !== 'failed') return;
    slot.failures += 1;
    total.failures += 1;
  }

  /** `startedMs`: when the request began that failed, was cut, or whose client gave up. */
  noteLost(startedMs: number): void {
    this.#lostStartMs = Math.max(this.#lostStartMs, startedMs);
  }

  /** An answer that had begun came to its end, or did not, after so many bytes of its body. */
  noteEnd(site: string, how: 'finished' | 'cut', bytes: number): void {
    const total = this.#site(site);
    total[how] += 1;
    total.bytes += bytes;
  }

  /** Of a streamed answer: its first byte comes with its first token. */
  noteFirstToken(site: string, ms: number, nowMs: number): void {
    const index = Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log(Math.max(1, ms)) / Math.log(growth))));
    const { firstToken } = this.#slot(site, nowMs);
    firstToken[index] = (firstToken[index] ?? 0) + 1;
  }

  /** `held`: requests that wait now. */
  snapshot({ pool, held }: { readonly pool: Pool; readonly held: number }, nowMs: number): DeploymentTraffic {
    const { deployment, epoch, routeVersion, sites } = pool.entry;
    const { requests, ok, failed, cut, gaveUp, retried } = this;
    return {
      deployment,
      epoch,
      routeVersion,
      countedForMs: Math.round(nowMs - this.#sinceMs),
      requests,
      ok,
      failed,
      cut,
      gaveUp,
      ...(Number.isFinite(this.#lostStartMs) ? { lostAgoMs: nowMs - this.#lostStartMs } : {}),
      retried,
      held,
      sites: sites.map(({ site }) => this.#siteTraffic(pool, site, nowMs)),
    };
  }

  #siteTraffic(pool: Pool, site: string, nowMs: number): SiteTraffic {
    const oldest = Math.floor(nowMs / slotMs) - slots;
    const total = this.#site(site);
    const live = total.ring.filter(({ number }) => number > oldest);
    const sum = (pick: (slot: Slot) => number): number => live.reduce((total, slot) => total + pick(slot), 0);
    const replicas = [...pool.replicas.values()].filter((replica) => replica.site === site);
    return {
      site,
      windowMs: Math.min(slotMs * slots, Math.round(nowMs - this.#sinceMs)),
      attempts: sum(({ attempts }) => attempts),
      failures: sum(({ failures }) => failures),
      late: sum(({ late }) => late),
      firstTokenP50Ms: percentile(live, 0.5),
      firstTokenP95Ms: percentile(live, 0.95),
      attemptsTotal: total.attempts,
      failuresTotal: total.failures,
      finishedTotal: total.finished,
      cutTotal: total.cut,
      bytesTotal: total.bytes,
      inFlight: replicas.reduce((total, { inFlight }) => total + inFlight, 0),
      replicas: replicas.map(({ id, inFlight, streaming, ejectedUntilMs }) => ({
        replica: id,
        inFlight,
        streaming,
        ejected: ejectedUntilMs > nowMs,
      })),
    };
  }

  #site(name: string): Site {
    const known = this.#sites.get(name);
    if (known !== undefined) return known;
    const made: Site = { attempts: 0, failures: 0, finished: 0, cut: 0, bytes: 0, ring: [] };
    this.#sites.set(name, made);
    return made;
  }

  #slot(site: string, nowMs: number): Slot {
    const number = Math.floor(nowMs / slotMs);
    const { ring } = this.#site(site);
    const place = number % slots;
    const found = ring[place];
    if (found !== undefined && found.number === number) return found;
    const fresh: Slot = { number, attempts: 0, failures: 0, late: 0, firstToken: new Uint32Array(buckets) };
    ring[place] = fresh;
    return fresh;
  }
}

function percentile(live: readonly Slot[], share: number): number | undefined {
  const counts = Array.from({ length: buckets }, (_, index) =>
    live.reduce((total, { firstToken }) => total + (firstToken[index] ?? 0), 0),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let below = 0;
  const index = counts.findIndex((count) => {
    below += count;
    return below >= total * share;
  });
  return growth ** index;
}
