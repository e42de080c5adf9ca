/** Plays one way of placing replicas over a trace, moment by moment. */
import type { Demand, Played, Run, ServedSpan } from '../../model/backtest.ts';
import type { Trace, TraceNode } from '../../model/trace.ts';
import { demandTimes } from './demand.ts';

/** What is wanted at each moment, and how long a replica takes to serve. */
export interface ReplayTerms extends Demand {
  /** From a replica's start until it can serve, in milliseconds. */
  readonly startupMs: number;
}

/** A replica on a machine that is still there. */
export interface Standing {
  readonly pool: number;
  readonly node: TraceNode;
  readonly fromMs: number;
  readonly readyMs: number;
}

/** What is known at a moment: nothing of what is to come. */
export interface Scene {
  readonly nowMs: number;
  readonly replicas: readonly Standing[];
  /** Machines of the pool that can be had now and hold no replica. */
  readonly free: (pool: number) => number;
}

/** What to do at a moment. A start for which the pool has nothing free is refused. */
export interface Moves {
  readonly stop?: readonly Standing[];
  /** Pools, once for each replica. */
  readonly start: readonly number[];
}

/**
 * One way of placing replicas. This is where another one plugs in: `begin` gives what is asked whenever a machine comes or
 * goes, a price or what is wanted changes, or a replica gets ready.
 */
export interface BacktestPolicy {
  readonly name: string;
  begin(trace: Trace, terms: ReplayTerms): (scene: Scene) => Moves;
}

/** Every replica that was started, and how many served when. */
export function replay(trace: Trace, policy: BacktestPolicy, terms: ReplayTerms): Played {
  const decide = policy.begin(trace, terms);
  const times = new Times(changesOf(trace, terms), trace.endMs);
  const runs: Run[] = [];
  let replicas: readonly Standing[] = [];
  for (let nowMs = times.next(); nowMs !== undefined; nowMs = times.next()) {
    const now = nowMs;
    const isTaken = ({ node }: Standing): boolean => node.untilMs <= now;
    runs.push(...replicas.filter(isTaken).map((each) => ended(each, each.node.untilMs, 'taken')));
    replicas = replicas.filter((each) => !isTaken(each));
    const { stop = [], start } = decide({
      nowMs: now,
      replicas,
      free: (pool) => freeAt(trace, replicas, pool, now).length,
    });
    runs.push(...stop.map((each) => ended(each, now, 'stopped')));
    replicas = replicas.filter((each) => !stop.includes(each));
    for (const pool of start) {
      const [node] = freeAt(trace, replicas, pool, now);
      if (node === undefined) continue;
      const readyMs = now + terms.startupMs;
      replicas = [...replicas, { pool, node, fromMs: now, readyMs }];
      times.add(readyMs);
    }
  }
  runs.push(...replicas.map((each) => ended(each, trace.endMs, 'end')));
  return { runs, served: servedBy(runs, trace.endMs) };
}

/** Every moment before its end at which the trace changes or what is wanted, its begin included; in order. */
export function changesOf({ pools, endMs }: Trace, demand: Demand): readonly number[] {
  const all = pools.flatMap(({ nodes, price }) => [
    ...nodes.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
    ...(price?.points ?? []).map(({ atMs }) => atMs),
  ]);
  return [...new Set([0, ...all, ...demandTimes(demand)])]
    .filter((atMs) => atMs >= 0 && atMs < endMs)
    .sort((a, b) => a - b);
}

/** How many of these could serve when. */
export function servedBy(runs: readonly Run[], endMs: number): readonly ServedSpan[] {
  const steps = new Map<number, number>([[0, 0]]);
  const step = (atMs: number, by: number): void => {
    steps.set(atMs, (steps.get(atMs) ?? 0) + by);
  };
  for (const { readyMs, untilMs } of runs) {
    if (readyMs >= untilMs) continue;
    step(readyMs, 1);
    step(untilMs, -1);
  }
  const times = [...steps.keys()].filter((atMs) => atMs < endMs).sort((a, b) => a - b);
  let replicas = 0;
  return times.map((fromMs, index) => {
    replicas += steps.get(fromMs) ?? 0;
    return { fromMs, untilMs: times[index + 1] ?? endMs, replicas };
  });
}

function freeAt({ pools }: Trace, replicas: readonly Standing[], pool: number, nowMs: number): readonly TraceNode[] {
  const held = new Set(replicas.map(({ node }) => node));
  return (pools[pool]?.nodes ?? []).filter((node) => node.fromMs <= nowMs && nowMs < node.untilMs && !held.has(node));
}

function ended({ pool, fromMs, readyMs }: Standing, untilMs: number, end: Run['end']): Run {
  return { pool, fromMs, readyMs, untilMs, end };
}

/** The trace's moments, and those that come up on the way; each once. */
class Times {
  readonly #given: readonly number[];
  readonly #endMs: number;
  #at = 0;
  #added: number[] = [];

  constructor(given: readonly number[], endMs: number) {
    this.#given = given;
    this.#endMs = endMs;
  }

  add(atMs: number): void {
    if (atMs >= this.#endMs || this.#added.includes(atMs)) return;
    this.#added = [...this.#added, atMs].sort((a, b) => a - b);
  }

  next(): number | undefined {
    const given = this.#given[this.#at];
    const added = this.#added[0];
    const next = Math.min(given ?? Number.POSITIVE_INFINITY, added ?? Number.POSITIVE_INFINITY);
    if (next === given) this.#at += 1;
    if (next === added) this.#added.shift();
    return Number.isFinite(next) ? next : undefined;
  }
}
