/** Reads a trace as JSON, and the prices that are declared beside one. */
import { z } from 'zod';
import { markets } from '../../model/error-verdict.ts';
import type { Trace } from '../../model/trace.ts';
import { readSource, type Source } from '../document.ts';
import { checkTaken } from './csv.ts';
import { oldest, PoolRecord } from './pool-record.ts';
import { isDay, refuse, shapesHint, type TraceFile } from './refuse.ts';

const mostBytes = 1024 * 1024;

const moment = z.int('must be a whole number of milliseconds').min(0, 'must be at least 0');
const count = z.int('must be a whole number').min(0, 'must be at least 0').max(10_000, 'must be at most 10000');
const usd = z.number('must be a number').min(0, 'must be at least 0');
const day = z.string('must be a day').refine(isDay, 'must be a day, such as 2026-11-28');
const market = z.enum(markets, `must be ${markets.join(', ')}`);
const name = z.string('must be text').min(1, 'must not be empty');

const traceSchema = z.strictObject({
  kind: z.literal('Trace'),
  endMs: moment.min(1, 'must be at least 1'),
  pools: z
    .array(
      z.strictObject({
        ...{ site: name, machine: name, market },
        price: z.strictObject({ source: name, asOf: day }).optional(),
        points: z.array(
          z.strictObject({
            atMs: moment,
            capacity: count.optional(),
            preempted: count.optional(),
            usdPerHour: usd.optional(),
          }),
        ),
      }),
    )
    .min(1, 'must hold at least one pool'),
});

const pricesSchema = z.strictObject({
  prices: z.array(
    z.strictObject({
      ...{ site: name, machine: name.optional(), market },
      ...{ usdPerHour: usd, source: name, asOf: day },
    }),
  ),
});

/** What somebody declares that a pool costs, with its line. */
export type DeclaredPrice = z.infer<typeof pricesSchema>['prices'][number] & { readonly line: number };

/** Undefined when it does not begin as JSON. */
export function readJson(file: TraceFile): Trace | undefined {
  if (!file.text.trimStart().startsWith('{')) return undefined;
  if (file.text.length > mostBytes)
    throw refuse({ path: file.path, line: 1 }, 'more than 1 MiB of JSON', 'write it as CSV, which may be longer');
  const source = readSource(file.text);
  const { endMs, pools } = parse(source, file.path, traceSchema);
  return {
    endMs,
    pools: pools.map(({ site, machine, market, price, points }, index) => {
      const record = new PoolRecord();
      let lastMs = 0;
      for (const [order, { atMs, capacity, preempted, usdPerHour }] of points.entries()) {
        const at = { path: file.path, line: source.lineOf(['pools', index, 'points', order]) ?? 1 };
        if (atMs < lastMs) throw refuse(at, `${atMs} ms is before the point above`, 'sort the points by atMs');
        lastMs = atMs;
        if (usdPerHour !== undefined && price === undefined)
          throw refuse(
            at,
            'a price needs its source and its day',
            'write "price": {"source": …, "asOf": "2026-11-28"}',
          );
        if (capacity === undefined) continue;
        const taken = preempted ?? Math.max(0, record.count - capacity);
        checkTaken(at, { there: record.count, capacity, taken });
        record.set(atMs, { capacity, taken }, oldest);
      }
      const priced = points.flatMap(({ atMs, usdPerHour }) => (usdPerHour === undefined ? [] : [{ atMs, usdPerHour }]));
      return {
        ...{ site, machine, market, nodes: record.close(endMs), isAssumed: false },
        ...(price === undefined || priced.length === 0 ? {} : { price: { points: priced, ...price } }),
      };
    }),
  };
}

/** YAML or JSON: `prices: [{ site, machine?, market, usdPerHour, source, asOf }]`. Throws `ConfigInvalid`. */
export function readPrices(file: TraceFile): readonly DeclaredPrice[] {
  const source = readSource(file.text);
  const { prices } = parse(source, file.path, pricesSchema);
  return prices.map((each, index) => ({ ...each, line: source.lineOf(['prices', index]) ?? 1 }));
}

function parse<T>(source: Source, path: string, schema: z.ZodType<T>): T {
  const [broken] = source.findings;
  if (broken !== undefined) throw refuse({ path, line: broken.line }, broken.message, shapesHint);
  const read = schema.safeParse(source.value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const at = (issue?.path ?? []).map((part) => (typeof part === 'symbol' ? String(part) : part));
  const { line, message } = source.findingAt(at, issue?.message ?? 'not of the shape');
  throw refuse({ path, line }, `${at.join('.') || 'the file'}: ${message}`, shapesHint);
}
