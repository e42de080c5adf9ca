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
  const { weights, spill } = pool.entry;
  const drawn = drawSite(weights, random);
  const first = drawn === undefined ? undefined : leastOutstanding(pool, drawn, tried, nowMs, false);
  if (first !== undefined) return first;
  for (const { site } of spill) {
    if ((pool.spillUntilMs.get(site) ?? 0) <= nowMs) continue;
    const spilled = leastOutstanding(pool, site, tried, nowMs, false);
    if (spilled !== undefined) return spilled;
  }
  for (const site of Object.keys(weights)) {
    const other = (weights[site] ?? 0) > 0 ? leastOutstanding(pool, site, tried, nowMs, false) : undefined;
    if (other !== undefined) return other;
  }
  // Everything is out: an ejected replica is still better than an error.
  return drawn === undefined ? undefined : leastOutstanding(pool, drawn, tried, nowMs, true);
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
