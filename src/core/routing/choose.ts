/** Chooses the replica for one request: site by weight, then least outstanding, then the spill order. */
import type { Pool, PoolReplica } from './pool.ts';

/**
 * `tried`: replicas this request has been to. Undefined: nobody can take it now, so it waits or is refused. Changes
 * nothing: an ejected replica whose time is over is put on trial by whoever sends it the request.
 */
export function chooseReplica(
  pool: Pool,
  tried: readonly PoolReplica[],
  nowMs: number,
  random: number,
): PoolReplica | undefined {
  const { weights } = pool.entry;
  const drawn = drawSite(weights, random);
  const first =
    drawn === undefined || tried.length > 0 ? undefined : leastOutstanding(pool, drawn, tried, nowMs, false);
  if (first !== undefined) return first;
  // Replicas of one site fail together more often than not: the second try goes somewhere else.
  const avoided = tried.length === 0 ? undefined : tried.map(({ site }) => site);
  const order = [
    ...(drawn === undefined ? [] : [drawn]),
    ...spillOrder(pool, nowMs),
    ...Object.keys(weights).filter((site) => (weights[site] ?? 0) > 0),
  ];
  for (const site of order) {
    const found = avoided?.includes(site) === true ? undefined : leastOutstanding(pool, site, tried, nowMs, false);
    if (found !== undefined) return found;
  }
  for (const site of avoided === undefined ? [] : order) {
    const found = leastOutstanding(pool, site, tried, nowMs, false);
    if (found !== undefined) return found;
  }
  // Everything is out: an ejected replica is still better than an error.
  return drawn === undefined ? undefined : leastOutstanding(pool, drawn, tried, nowMs, true);
}

function spillOrder(pool: Pool, nowMs: number): readonly string[] {
  return pool.entry.spill.map(({ site }) => site).filter((site) => (pool.spillUntilMs.get(site) ?? 0) > nowMs);
}

function drawSite(weights: Readonly<Record<string, number>>, random: number): string | undefined {
  let left = random * 100;
  let last: string | undefined;
  for (const site in weights) {
    const weight = weights[site] ?? 0;
    if (weight === 0) continue;
    last = site;
    left -= weight;
    if (left < 0) return site;
  }
  return last;
}

function leastOutstanding(
  pool: Pool,
  site: string,
  tried: readonly PoolReplica[],
  nowMs: number,
  isLastResort: boolean,
): PoolReplica | undefined {
  let best: PoolReplica | undefined;
  for (const replica of pool.replicas.values()) {
    if (replica.site !== site || replica.state === 'draining' || tried.includes(replica)) continue;
    if (!isLastResort && !mayTake(replica, nowMs)) continue;
    if (best === undefined || replica.inFlight < best.inFlight) best = replica;
  }
  return best;
}

function mayTake(replica: PoolReplica, nowMs: number): boolean {
  return replica.ejectedUntilMs === 0 || (replica.ejectedUntilMs <= nowMs && !replica.onTrial);
}
