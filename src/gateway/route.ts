/** One deployment in the gateway: its pool, its counts, its connections, and the requests that wait. */
import type { Pool as UndiciPool } from 'undici';
import type { Fence } from '../core/routing/accept-entry.ts';
import type { Pool, PoolReplica } from '../core/routing/pool.ts';
import type { RetryBudget } from '../core/routing/retry-budget.ts';
import type { RouteMatch, Weights } from '../model/route.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptList } from './attempt-list.ts';
import type { DrainLedger } from './drain-ledger.ts';
import type { FaultBook } from './fault-book.ts';
import type { Forward } from './forward.ts';
import type { Statistics } from './statistics.ts';

export interface Route {
  readonly deployment: string;
  match: RouteMatch;
  fence: Fence;
  /** The last weights in force that were others than those now. */
  before: Weights | undefined;
  readonly pool: Pool;
  readonly budget: RetryBudget;
  readonly statistics: Statistics;
  readonly upstreams: Map<PoolReplica, UndiciPool>;
  /** Attempts without a first byte, oldest first. */
  readonly waiting: AttemptList;
  /** Attempts whose answer is on its way to the client. */
  readonly answering: AttemptList;
  /** Requests that nobody can take now, oldest first. */
  readonly held: Set<Forward>;
  /** What drills did to it; undefined until the first. */
  faults: FaultBook | undefined;
  /** By site: what became of what ran there when it was emptied last. */
  readonly drains: Map<string, DrainLedger>;
}

/** What waits at one replica without a first byte, oldest first. */
export function waitingAt(route: Route, replica: PoolReplica): readonly Attempt[] {
  return route.waiting.filter((attempt) => attempt.replica === replica);
}

/** What all requests share. */
export interface Plant {
  nowMs(): number;
  random(): number;
  readonly limits: {
    readonly firstByteTimeoutMs: number;
    readonly stallTimeoutMs: number;
    readonly slowReaderTimeoutMs: number;
  };
  readonly hold: { readonly maxWaitMs: number; readonly maxRequests: number };
  readonly replay: { readonly maxBodyBytes: number; readonly maxTotalBytes: number };
  /** Bytes of request bodies in memory, over all connections. */
  bufferedBytes: number;
  /** Bytes of bodies kept for a second sending, over all requests. */
  replayBytes: number;
  upstreamOf(route: Route, replica: PoolReplica): UndiciPool;
}
