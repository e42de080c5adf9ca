/** Text → trace: whatever shape its files have, with the prices that are declared beside them. */
import type { Trace, TracePool } from '../../model/trace.ts';
import { readCsv } from './csv.ts';
import { type DeclaredPrice, readJson, readPrices } from './json.ts';
import { readPublic } from './public.ts';
import { refuse, shapesHint, type TraceFile } from './refuse.ts';

const mostPools = 20;
const longestMs = 31 * 86_400_000;

export interface TraceSources {
  /** Side by side from one begin, until the shortest ends. */
  readonly files: readonly TraceFile[];
  readonly prices: TraceFile | undefined;
  /** Replicas wanted: what is assumed to be there has room for twice as many. */
  readonly wanted: number;
}

/** Throws `ConfigInvalid`, naming file and line. */
export function readTrace({ files, prices, wanted }: TraceSources): Trace {
  const traces = files.map((file) => {
    const trace = readJson(file) ?? readCsv(file) ?? readPublic(file);
    if (trace === undefined)
      throw refuse({ path: file.path, line: 1 }, 'no shape of a trace that is known', shapesHint);
    return { trace, path: file.path };
  });
  const endMs = Math.min(...traces.map(({ trace }) => trace.endMs));
  if (endMs > longestMs)
    throw refuse(
      { path: traces[0]?.path ?? '', line: 1 },
      'a trace of more than 31 days',
      'cut it: all of a replay is kept',
    );
  const recorded = traces.flatMap(({ trace, path }) => trace.pools.map((pool) => ({ pool: cut(pool, endMs), path })));
  for (const [index, { pool, path }] of recorded.entries())
    if (recorded.slice(0, index).some((other) => isSame(other.pool, pool)))
      throw refuse({ path, line: 1 }, `${wordsOf(pool)} is in another file, too`, 'give each file once');
  const declared = prices === undefined ? [] : readPrices(prices);
  const path = prices?.path ?? '';
  const nodes = Array.from({ length: 2 * wanted }, (_, index) => ({
    name: `assumed-${index + 1}`,
    fromMs: 0,
    untilMs: endMs,
  }));
  const pools = recorded.map(({ pool }) => pool);
  const assumed = declared
    .filter((each) => each.market === 'on-demand' && !pools.some((pool) => isAbout(each, pool)))
    .map(({ site, machine }): TracePool => {
      return { site, machine: machine ?? 'any', market: 'on-demand', nodes, isAssumed: true };
    });
  const some = [...pools, ...assumed];
  const hasOnDemand = some.some(({ market }) => market === 'on-demand');
  const all: readonly TracePool[] = hasOnDemand
    ? some
    : [...some, { site: 'anywhere', machine: 'any', market: 'on-demand', nodes, isAssumed: true }];
  checkMeant(declared, all, path);
  if (all.length > mostPools)
    throw refuse(
      { path: files[0]?.path ?? '', line: 1 },
      `${all.length} pools, more than ${mostPools}`,
      'leave some out',
    );
  return { endMs, pools: all.map((pool) => priced(pool, declared, path)) };
}

function cut(pool: TracePool, endMs: number): TracePool {
  const nodes = pool.nodes
    .filter(({ fromMs }) => fromMs < endMs)
    .map((node) => ({ ...node, untilMs: Math.min(node.untilMs, endMs) }));
  return { ...pool, nodes };
}

function isSame(one: TracePool, other: TracePool): boolean {
  return one.site === other.site && one.machine === other.machine && one.market === other.market;
}

function isAbout({ site, machine, market }: DeclaredPrice, pool: TracePool): boolean {
  return site === pool.site && market === pool.market && (machine === undefined || machine === pool.machine);
}

/** A price that is about nothing was meant for something. */
function checkMeant(declared: readonly DeclaredPrice[], pools: readonly TracePool[], path: string): void {
  for (const each of declared) {
    if (pools.some((pool) => isAbout(each, pool))) continue;
    const known = pools.map(wordsOf).join('; ');
    throw refuse({ path, line: each.line }, `no pool ${wordsOf({ machine: 'any', ...each })}`, `there are: ${known}`);
  }
}

function priced(pool: TracePool, declared: readonly DeclaredPrice[], path: string): TracePool {
  const own = declared.filter((each) => isAbout(each, pool));
  const [price, twice] = own;
  if (price === undefined) return pool;
  const what =
    twice !== undefined ? 'is priced twice' : pool.price !== undefined ? 'has its price in the trace' : undefined;
  if (what !== undefined)
    throw refuse({ path, line: (twice ?? price).line }, `${wordsOf(pool)} ${what}`, 'leave one of both out');
  const { usdPerHour, source, asOf } = price;
  return { ...pool, price: { points: [{ atMs: 0, usdPerHour }], source, asOf } };
}

function wordsOf({
  site,
  machine,
  market,
}: Pick<TracePool, 'site' | 'market'> & { readonly machine?: string | undefined }) {
  return `${site} ${machine ?? 'any'} ${market}`;
}
