/** Builds route entries for the tests of the gateway's choices. */
import type { PoolReplica } from '../../../src/core/routing/pool.ts';
import { createPool, type Pool } from '../../../src/core/routing/pool.ts';
import type { RouteEntry, RouteReplica, Weights } from '../../../src/model/route.ts';

export interface EntryChange extends Partial<Omit<RouteEntry, 'sites' | 'spill'>> {
  /** By site: its replicas, or how many; they are named after it. */
  readonly sites?: Readonly<Record<string, number | readonly Partial<RouteReplica>[]>>;
  /** By site: how long its proof holds, milliseconds. */
  readonly spill?: Readonly<Record<string, number>>;
}

export function entry({ sites = { left: 2, right: 1 }, spill = {}, ...change }: EntryChange = {}): RouteEntry {
  const weights: Weights = change.weights ?? { left: 100, right: 0 };
  return {
    deployment: 'chat',
    epoch: 4,
    routeVersion: 7,
    match: {},
    firstTokenLimitMs: 500,
    journalHead: '',
    ...change,
    weights,
    sites: Object.entries(sites).map(([site, replicas]) => ({
      site,
      replicas: (typeof replicas === 'number' ? Array.from({ length: replicas }, () => ({})) : replicas).map(
        (each, index): RouteReplica => ({
          id: `${site}-${index}`,
          bootId: 'boot-1',
          // Nobody listens there: what really connects is refused.
          url: 'http://127.0.0.1:1',
          state: 'serving',
          ...each,
        }),
      ),
    })),
    spill: Object.entries(spill).map(([site, provenForMs]) => ({ site, provenForMs })),
  };
}

/** A pool as of moment 0. */
export function pool(change: EntryChange = {}): Pool {
  return createPool(entry(change), 0);
}

/** Throws when the pool does not have it. */
export function replica(of: Pool, id: string): PoolReplica {
  const found = [...of.replicas.values()].find((each) => each.id === id);
  if (found === undefined) throw new Error(`no replica ${id}`);
  return found;
}
