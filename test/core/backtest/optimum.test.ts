import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baselinesOf } from '../../../src/core/backtest/baselines.ts';
import { figuresOf } from '../../../src/core/backtest/figures.ts';
import { optimumOf } from '../../../src/core/backtest/optimum.ts';
import { type ReplayTerms, replay } from '../../../src/core/backtest/replay.ts';
import type { Trace, TracePool } from '../../../src/model/trace.ts';

const hourMs = 3_600_000;

/** Times in whole hours, so that an hourly search misses nothing. */
const nodeOf = (endMs: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 8 }))
    .map(([from, hours]) => ({ name: 'n', fromMs: from * hourMs, untilMs: Math.min(endMs, (from + hours) * hourMs) }));

const poolOf = (endMs: number, market: TracePool['market'], fewest = 0) =>
  fc
    .record({
      nodes: fc.array(nodeOf(endMs), { minLength: fewest, maxLength: 2 }),
      prices: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 6 })),
    })
    .map(({ nodes, prices: [first, at, then] }): TracePool => {
      const points = [
        { atMs: 0, usdPerHour: first },
        { atMs: at * hourMs, usdPerHour: then },
      ];
      const price = { points, source: 'drawn', asOf: '2026-11-28' };
      return { site: `${market}`, machine: 'g', market, nodes, price, isAssumed: false };
    });

const endMs = 8 * hourMs;
const traces = fc.tuple(poolOf(endMs, 'spot', 1), poolOf(endMs, 'spot')).map((pools): Trace => ({ endMs, pools }));
/** One or two replicas at all times, or so many until an hour and so many from then on. */
const demands = fc.oneof(
  fc.record({ wanted: fc.integer({ min: 1, max: 2 }) }),
  fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 2 }))
    .map(([first, hour, then]) => ({
      wanted: Math.max(first, then),
      demand: [
        { atMs: 0, replicas: first },
        { atMs: hour * hourMs, replicas: then },
      ],
    })),
);
const terms = fc
  .tuple(demands, fc.constantFrom(hourMs, 2 * hourMs))
  .map(([demand, startupMs]): ReplayTerms => ({ ...demand, startupMs }));

test('finds what a search through every choice of every hour finds', () => {
  fc.assert(
    fc.property(traces, terms, (trace, each) => {
      const found = figuresOf(optimumOf(trace, each), trace, each);
      const best = searchAll(trace, each);
      const all = Array.from({ length: 8 }, (_, hour) => wantedIn(each, hour)).reduce((sum, count) => sum + count, 0);
      expect(found.servedRatio * all).toBeCloseTo(best.served, 6);
      expect(found.costUsd).toBeCloseTo(best.usd, 6);
    }),
    { numRuns: 300 },
  );
});

test('serves as much as any other row or more, and all time but the first start-up when on-demand is always there', () => {
  const always = (trace: Trace, { wanted }: ReplayTerms): Trace => {
    const nodes = Array.from({ length: wanted }, () => ({ name: 'o', fromMs: 0, untilMs: endMs }));
    const price = { points: [{ atMs: 0, usdPerHour: 9 }], source: 'drawn', asOf: '2026-11-28' };
    const pool: TracePool = { site: 'od', machine: 'g', market: 'on-demand', nodes, price, isAssumed: true };
    return { ...trace, pools: [...trace.pools, pool] };
  };
  fc.assert(
    fc.property(traces, terms, fc.boolean(), (spot, each, isAlways) => {
      const trace = isAlways ? always(spot, each) : spot;
      const optimum = figuresOf(optimumOf(trace, each), trace, each);
      const rows = baselinesOf(trace).map((policy) => figuresOf(replay(trace, policy, each), trace, each));
      for (const row of rows) expect(row.servedRatio).toBeLessThanOrEqual(optimum.servedRatio + 1e-9);
      if (!isAlways) return;
      if (each.demand === undefined) expect(optimum.servedRatio).toBeCloseTo(1 - each.startupMs / endMs, 9);
      if (each.demand !== undefined) return;
      expect(rows[0]?.servedRatio).toBeCloseTo(optimum.servedRatio, 9);
    }),
    { numRuns: 300 },
  );
});

function wantedIn({ wanted, demand }: ReplayTerms, hour: number): number {
  return demand?.findLast(({ atMs }) => atMs <= hour * hourMs)?.replicas ?? wanted;
}

/** Each hour each machine that is there either runs on, is started or is let go; `age`: hours it has run. */
function searchAll({ pools }: Trace, given: ReplayTerms): { served: number; usd: number } {
  const nodes = pools.flatMap(({ nodes: own, price }) => own.map((node) => ({ node, points: price?.points ?? [] })));
  const ready = given.startupMs / hourMs;
  const known = new Map<string, { served: number; usd: number }>();
  const from = (hour: number, ages: readonly number[]): { served: number; usd: number } => {
    if (hour === 8) return { served: 0, usd: 0 };
    const key = `${hour}/${ages.join()}`;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    let best = { served: -1, usd: 0 };
    for (let choice = 0; choice < 2 ** nodes.length; choice += 1) {
      const isOn = (index: number): boolean => ((choice >> index) & 1) === 1;
      const isThere = nodes.every(
        ({ node }, index) => !isOn(index) || (node.fromMs <= hour * hourMs && hour * hourMs < node.untilMs),
      );
      if (!isThere) continue;
      const next = ages.map((age, index) => (isOn(index) ? Math.min(ready + 1, age + 1) : 0));
      const usd = nodes.reduce((sum, { points }, index) => {
        const price = points.findLast(({ atMs }) => atMs <= hour * hourMs)?.usdPerHour ?? 0;
        return sum + (isOn(index) ? price : 0);
      }, 0);
      const served = Math.min(wantedIn(given, hour), next.filter((age) => age > ready).length);
      const rest = from(hour + 1, next);
      const all = { served: served + rest.served, usd: usd + rest.usd };
      if (all.served > best.served || (all.served === best.served && all.usd < best.usd)) best = all;
    }
    known.set(key, best);
    return best;
  };
  return from(
    0,
    nodes.map(() => 0),
  );
}
