/** All routes of the gateway: accepts entries behind the fence, keeps them on disk, lets go of replicas that left. */
import { Pool as UndiciPool } from 'undici';
import { acceptEntry, beforeOf } from '../core/routing/accept-entry.ts';
import { entryOfReturn } from '../core/routing/pins.ts';
import { createPool, type PoolReplica, updatePool } from '../core/routing/pool.ts';
import { createRetryBudget } from '../core/routing/retry-budget.ts';
import type { Pin } from '../model/pin.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';
import { AttemptList } from './attempt-list.ts';
import { type Route, waitingAt } from './route.ts';
import { type SavedRoute, saveTable } from './saved-table.ts';
import { Statistics } from './statistics.ts';
import { connectTimeoutMs } from './unreached.ts';

export interface TableDeps {
  readonly path: string;
  readonly bootId: string;
  readonly retryRatio: number;
  readonly nowMs: () => number;
  /** The pin that keeps a deployment's weights as they are now. */
  readonly pinOf: (deployment: string) => Pin | undefined;
}

export type PutEnd =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'stale' | 'pinned' | 'invalid'; readonly message: string };

/** More deployments than this behind one gateway are refused. */
const maxRoutes = 1000;

export class RouteTable {
  /** In the order they were first written. */
  readonly routes: Route[] = [];
  readonly #deps: TableDeps;
  readonly #stamps = new Map<string, number>();
  readonly #accepted = new Map<string, number>();
  readonly #watchers = new Set<(entry: RouteEntry) => void>();

  constructor(deps: TableDeps, saved: readonly SavedRoute[]) {
    this.#deps = deps;
    for (const { deployment, fence, entry, before } of saved) {
      this.#stamps.set(deployment, fence.epoch);
      if (entry !== undefined) this.#apply(entry, before);
      // What the proofs have lost up to now is lost already: from here they count anew.
      this.#accepted.set(deployment, this.#deps.nowMs());
    }
  }

  find(deployment: string): Route | undefined {
    return this.routes.find((route) => route.deployment === deployment);
  }

  /** The highest epoch seen for a deployment, 0 without any. */
  epochOf(deployment: string): number {
    return this.#stamps.get(deployment) ?? 0;
  }

  /** On disk before it answers; throws when it cannot be kept, and then nothing has changed. */
  put(entry: RouteEntry): PutEnd {
    const known = this.find(entry.deployment);
    const fence = { epoch: this.epochOf(entry.deployment), routeVersion: known?.fence.routeVersion ?? 0 };
    const verdict = acceptEntry(fence, entry, known?.pool.entry, this.#deps.pinOf(entry.deployment));
    if (verdict.kind === 'refused') return { kind: verdict.code, message: verdict.message };
    if (known === undefined && this.routes.length >= maxRoutes)
      return { kind: 'invalid', message: `more than ${maxRoutes} deployments` };
    this.putInForce(entry);
    return { kind: 'accepted' };
  }

  /** The table that a person's `return` would put in force; undefined: it has these weights already. */
  returned(route: Route, weights: Weights): { readonly entry: RouteEntry | undefined } | { readonly against: string } {
    const { fence, pool } = route;
    const verdict = entryOfReturn({
      fence: { ...fence, epoch: Math.max(fence.epoch, this.epochOf(route.deployment)) },
      ...{ current: pool.entry, weights, spillUntilMs: pool.spillUntilMs, nowMonoMs: this.#deps.nowMs() },
    });
    if (verdict.kind === 'refused') return { against: verdict.message };
    return { entry: sameWeights(pool.entry.weights, weights) ? undefined : verdict.entry };
  }

  /** Without asking: for what `put` or `returned` found good. On disk when it returns; throws when it cannot be kept. */
  putInForce(entry: RouteEntry): void {
    const known = this.find(entry.deployment);
    const before = beforeOf(entry) ?? replacedBy(entry, known);
    this.#save(entry.deployment, {
      deployment: entry.deployment,
      fence: { epoch: entry.epoch, routeVersion: entry.routeVersion },
      entry,
      before,
      acceptedAtMonoMs: this.#deps.nowMs(),
    });
    this.#stamps.set(entry.deployment, entry.epoch);
    this.#accepted.set(entry.deployment, this.#deps.nowMs());
    this.#apply(entry, before);
    for (const watcher of this.#watchers) watcher(entry);
  }

  /** Raises the fence: from here on older writers are turned away. */
  stamp(deployment: string, epoch: number): PutEnd {
    const newest = this.epochOf(deployment);
    if (epoch < newest) return { kind: 'stale', message: `epoch ${epoch} is older than ${newest}` };
    if (epoch === newest) return { kind: 'accepted' };
    const known = this.find(deployment);
    const fence = { epoch, routeVersion: known?.fence.routeVersion ?? 0 };
    this.#save(deployment, {
      deployment,
      fence,
      entry: known?.pool.entry,
      before: known?.before,
      acceptedAtMonoMs: this.#accepted.get(deployment) ?? this.#deps.nowMs(),
    });
    this.#stamps.set(deployment, epoch);
    if (known !== undefined) known.fence = fence;
    return { kind: 'accepted' };
  }

  watch(watcher: (entry: RouteEntry) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #save(deployment: string, changed: SavedRoute): void {
    const others = [...this.#stamps.keys()].filter((name) => name !== deployment);
    const routes = others.map((name): SavedRoute => {
      const route = this.find(name);
      return {
        deployment: name,
        fence: { epoch: this.epochOf(name), routeVersion: route?.fence.routeVersion ?? 0 },
        entry: route?.pool.entry,
        before: route?.before,
        acceptedAtMonoMs: this.#accepted.get(name) ?? this.#deps.nowMs(),
      };
    });
    saveTable(this.#deps.path, { bootId: this.#deps.bootId, routes: [...routes, changed] });
  }

  #apply(entry: RouteEntry, before: Weights | undefined): void {
    const { nowMs, retryRatio } = this.#deps;
    const fence = { epoch: Math.max(entry.epoch, this.epochOf(entry.deployment)), routeVersion: entry.routeVersion };
    const known = this.find(entry.deployment);
    if (known === undefined) {
      this.routes.push({
        deployment: entry.deployment,
        match: entry.match,
        fence,
        before,
        pool: createPool(entry, nowMs()),
        budget: createRetryBudget(retryRatio),
        statistics: new Statistics(nowMs()),
        upstreams: new Map(),
        waiting: new AttemptList(),
        answering: new AttemptList(),
        held: new Set(),
        faults: undefined,
        drains: new Map(),
      });
      return;
    }
    known.fence = fence;
    known.before = before;
    known.match = entry.match;
    for (const gone of updatePool(known.pool, entry, nowMs())) leave(known, gone);
    moveFromAbandoned(known);
    for (const forward of known.held) forward.hasNewHope();
  }
}

/** Of a writer that does not say what was before: the last weights that were others. */
function replacedBy({ weights }: RouteEntry, known: Route | undefined): Weights | undefined {
  const current = known?.pool.entry.weights;
  return current === undefined || sameWeights(current, weights) ? known?.before : current;
}

/** What waits at a bad site that has lost its weight would wait for nothing. */
function moveFromAbandoned(route: Route): void {
  const { weights } = route.pool.entry;
  for (const replica of route.pool.replicas.values()) {
    if (replica.state !== 'suspect' || (weights[replica.site] ?? 0) > 0) continue;
    for (const attempt of waitingAt(route, replica)) attempt.forward.move(attempt);
  }
}

/** A replica that is no longer listed gets nothing new; what runs there may finish, what only waits goes elsewhere. */
function leave(route: Route, replica: PoolReplica): void {
  for (const attempt of waitingAt(route, replica)) attempt.forward.move(attempt);
  const upstream = route.upstreams.get(replica);
  route.upstreams.delete(replica);
  upstream?.close().catch(() => upstream.destroy());
}

/** One connection pool per replica boot, made when the first request goes there. */
export function upstreamOf(route: Route, replica: PoolReplica): UndiciPool {
  const known = route.upstreams.get(replica);
  if (known !== undefined) return known;
  // Time-outs are the gateway's own: it knows what a deployment usually takes, undici does not.
  const made = new UndiciPool(replica.url, {
    connections: null,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: { timeout: connectTimeoutMs, noDelay: true },
  });
  route.upstreams.set(replica, made);
  return made;
}
