/** Reads a trace as CSV: a row says how a pool is from a moment on; the last row's moment is the end. */
import { type Market, markets } from '../../model/error-verdict.ts';
import type { PricePoint, Trace, TracePool } from '../../model/trace.ts';
import { oldest, PoolRecord } from './pool-record.ts';
import { isDay, type Line, linesOf, refuse, type TraceFile } from './refuse.ts';

const columns = [
  ...['at_ms', 'site', 'machine', 'market', 'capacity', 'preempted'],
  ...['usd_per_hour', 'price_source', 'price_as_of'],
] as const;
const header = columns.join(',');
const hint = `the columns are ${header}; empty: as before`;

interface OpenPool extends Pick<TracePool, 'site' | 'machine' | 'market'> {
  readonly record: PoolRecord;
  readonly points: PricePoint[];
  priced: { readonly source: string; readonly asOf: string } | undefined;
}

/** Undefined when its first line is not the header. */
export function readCsv(file: TraceFile): Trace | undefined {
  const [first, ...rows] = linesOf(file);
  if (first?.text !== header) return undefined;
  const pools = new Map<string, OpenPool>();
  let endMs = 0;
  for (const row of rows) endMs = readRow(row, pools, endMs);
  if (endMs === 0) throw refuse(first, 'nothing happens after 0 ms: a trace has an end', hint);
  return {
    endMs,
    pools: [...pools.values()].map(({ site, machine, market, record, points, priced }) => ({
      ...{ site, machine, market, nodes: record.close(endMs), isAssumed: false },
      ...(priced === undefined ? {} : { price: { points, ...priced } }),
    })),
  };
}

function readRow(row: Line, pools: Map<string, OpenPool>, lastMs: number): number {
  const cells = row.text.split(',').map((each) => each.trim());
  if (cells.length !== columns.length)
    throw refuse(row, `${cells.length} values, not ${columns.length} (a value holds no comma)`, hint);
  const [
    at = '',
    site = '',
    machine = '',
    market = '',
    capacity = '',
    preempted = '',
    usd = '',
    source = '',
    asOf = '',
  ] = cells;
  const atMs = wholeNumber(row, 'at_ms', at);
  if (atMs < lastMs) throw refuse(row, `${atMs} ms is before the row above`, 'sort the rows by at_ms');
  const pool = poolOf(row, pools, { site, machine, market });
  if (capacity !== '') setCapacity(row, pool.record, { atMs, capacity, preempted });
  else if (preempted !== '') throw refuse(row, 'preempted without capacity', 'write how many can be had from then on');
  if (usd !== '') setPrice(row, pool, { atMs, usd, source, asOf });
  return atMs;
}

function poolOf(
  row: Line,
  pools: Map<string, OpenPool>,
  { site, machine, market }: { readonly site: string; readonly machine: string; readonly market: string },
): OpenPool {
  const is = (each: string): each is Market => (markets as readonly string[]).includes(each);
  if (site === '' || machine === '') throw refuse(row, 'site and machine must be named', hint);
  if (!is(market)) throw refuse(row, `market must be ${markets.join(', ')}, not "${market}"`, hint);
  const key = [site, machine, market].join();
  const known = pools.get(key);
  if (known !== undefined) return known;
  const made = { site, machine, market, record: new PoolRecord(), points: [], priced: undefined };
  pools.set(key, made);
  return made;
}

function setCapacity(
  row: Line,
  record: PoolRecord,
  given: { readonly atMs: number; readonly capacity: string; readonly preempted: string },
): void {
  const capacity = wholeNumber(row, 'capacity', given.capacity);
  const fall = Math.max(0, record.count - capacity);
  const taken = given.preempted === '' ? fall : wholeNumber(row, 'preempted', given.preempted);
  checkTaken(row, { there: record.count, capacity, taken });
  record.set(given.atMs, { capacity, taken }, oldest);
}

/** Throws when the counts of one moment do not fit each other. */
export function checkTaken(
  at: Pick<Line, 'path' | 'line'>,
  { there, capacity, taken }: { readonly there: number; readonly capacity: number; readonly taken: number },
): void {
  if (taken > there)
    throw refuse(at, `${taken} preempted where ${there} were`, 'preempted counts machines that were there before');
  if (there - taken > capacity)
    throw refuse(at, `${there} were there, ${taken} are preempted, and ${capacity} are left`, 'count all that went');
}

function setPrice(
  row: Line,
  pool: OpenPool,
  {
    atMs,
    usd,
    source,
    asOf,
  }: { readonly atMs: number; readonly usd: string; readonly source: string; readonly asOf: string },
): void {
  const usdPerHour = Number(usd);
  if (!(usdPerHour >= 0 && Number.isFinite(usdPerHour))) throw refuse(row, `"${usd}" is no price`, 'write 1.25');
  if (pool.priced === undefined && (source === '' || !isDay(asOf)))
    throw refuse(row, 'a price needs its source and its day', 'fill price_source and price_as_of (2026-11-28) once');
  pool.priced ??= { source, asOf };
  pool.points.push({ atMs, usdPerHour });
}

function wholeNumber(row: Line, name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw refuse(row, `${name} must be a whole number, not "${text}"`, hint);
  return Number(text);
}
