/** What could have been reached by somebody who knew the whole trace: most replica-time served, then least cost. */
import type { Played, Run } from '../../model/backtest.ts';
import type { Trace, TraceNode } from '../../model/trace.ts';
import { at } from './at.ts';
import { Network } from './cheapest-flow.ts';
import { wantedAt } from './demand.ts';
import { costBetween, yardsticks } from './price.ts';
import { changesOf, type ReplayTerms, servedBy } from './replay.ts';

/**
 * Exact. A unit of flow is one wanted replica, and goes through time: served by a machine, or not served. A machine can take
 * over once its replica has had its start-up before, which is paid; so nobody has to leave a machine before the next is
 * ready. In some optimum every take-over is at a change of the trace or one start-up later: between two of those, moving a
 * take-over changes what is served and what is paid in proportion, so that one of both ends is as good.
 */
export function optimumOf(trace: Trace, terms: ReplayTerms): Played {
  const { wanted, startupMs } = terms;
  const { pools, endMs } = trace;
  const changes = changesOf(trace, terms);
  const later = changes.map((atMs) => atMs + startupMs).filter((atMs) => atMs < endMs);
  const times = [...new Set([...changes, ...later, endMs])].sort((a, b) => a - b);
  const pointsOf = yardsticks(pools);
  const stays = pools.flatMap(({ nodes }, pool) => nodes.flatMap((node) => stayOn(node, pool, times, startupMs) ?? []));
  const count = times.length + stays.reduce((sum, { from, until }) => sum + until - from, 0);
  const network = new Network(count);
  for (let index = 1; index < times.length; index += 1) layLine(network, index, times, terms);
  let vertex = times.length;
  const laid = stays.map((stay) => {
    const arcs = layStay(network, stay, vertex, {
      times,
      cost: (fromMs, untilMs) => costBetween(pointsOf(stay.pool), fromMs, untilMs),
      startupMs,
    });
    vertex += stay.until - stay.from;
    return { stay, arcs };
  });
  network.send(0, times.length - 1, wanted);
  const runs = laid.flatMap(({ stay, arcs }) => runsOn(stay, arcs, { network, times, startupMs, endMs }));
  return { runs, served: servedBy(runs, endMs) };
}

/** From one time to the next without a machine: at no cost as far as it is not wanted, not served beyond that. */
function layLine(network: Network, index: number, times: readonly number[], terms: ReplayTerms): void {
  const [fromMs, untilMs] = [at(times, index - 1), at(times, index)];
  const wanted = wantedAt(terms, fromMs);
  network.add(index - 1, index, wanted, [untilMs - fromMs, 0]);
  if (wanted < terms.wanted) network.add(index - 1, index, terms.wanted - wanted, [0, 0]);
}

/** A machine that is there for long enough to serve: between which of the times it can. */
interface Stay {
  readonly pool: number;
  readonly from: number;
  readonly until: number;
  readonly untilMs: number;
}

/** Two for each span: taking over at its begin, and serving on through it. */
interface StayArcs {
  readonly enter: readonly number[];
  readonly serve: readonly number[];
}

function stayOn(
  { fromMs, untilMs }: TraceNode,
  pool: number,
  times: readonly number[],
  startupMs: number,
): Stay | undefined {
  const until = indexOf(times, Math.min(untilMs, at(times, times.length - 1)));
  const from = indexOf(times, Math.max(0, fromMs) + startupMs);
  return from < until ? { pool, from, until, untilMs } : undefined;
}

/** The first time that is not before this one. */
function indexOf(times: readonly number[], atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(times, middle) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface LayTerms {
  readonly times: readonly number[];
  readonly cost: (fromMs: number, untilMs: number) => number;
  readonly startupMs: number;
}

/** From each time on the line of all times into the machine, along it, and back out. */
function layStay(
  network: Network,
  { from, until }: Stay,
  vertex: number,
  { times, cost, startupMs }: LayTerms,
): StayArcs {
  const enter: number[] = [];
  const serve: number[] = [];
  for (let index = from; index < until; index += 1) {
    const [here, atMs] = [vertex + index - from, at(times, index)];
    enter.push(network.add(index, here, 1, [0, cost(atMs - startupMs, atMs)]));
    const next = index + 1 === until ? until : here + 1;
    serve.push(network.add(here, next, 1, [0, cost(atMs, at(times, index + 1))]));
    if (index > from) network.add(here, index, 1, [0, 0]);
  }
  return { enter, serve };
}

/** The parts of a machine's time that are in use, each from a take-over on. */
function runsOn(
  { pool, from, untilMs: goneMs }: Stay,
  { enter, serve }: StayArcs,
  {
    network,
    times,
    startupMs,
    endMs,
  }: {
    readonly network: Network;
    readonly times: readonly number[];
    readonly startupMs: number;
    readonly endMs: number;
  },
): readonly Run[] {
  const runs: Run[] = [];
  let readyMs: number | undefined;
  for (const [index, arc] of serve.entries()) {
    const isServing = network.flowOn(arc) > 0;
    if (isServing && readyMs === undefined && network.flowOn(at(enter, index)) > 0) readyMs = at(times, from + index);
    const next = serve[index + 1];
    const isOver = next === undefined || network.flowOn(next) === 0;
    if (!isServing || readyMs === undefined || !isOver) continue;
    const untilMs = at(times, from + index + 1);
    const end = untilMs >= endMs ? 'end' : untilMs >= goneMs ? 'taken' : 'stopped';
    runs.push({ pool, fromMs: readyMs - startupMs, readyMs, untilMs, end });
    readyMs = undefined;
  }
  return runs;
}
