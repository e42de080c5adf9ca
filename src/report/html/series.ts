/** What a run's samples show over time, in as many points as a drawing or a table has room for. */
import type { DrillRun, DrillSample, SiteSample } from '../../model/drill-run.ts';

/** A stretch of time, and what was seen in it. */
export interface Stretch {
  /** Its beginning and end, epoch milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of its last sample. */
  readonly weights: DrillSample['weights'];
  /** Share of the upstream attempts by site, percent; undefined: there were none. */
  readonly real: ReadonlyMap<string, number> | undefined;
  /** The worst of it, milliseconds; undefined: not measured. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** Upstream attempts that failed, and requests that were lost, in all of it; undefined: the counts began anew. */
  readonly failed: number | undefined;
  readonly lost: number | undefined;
  /** The fewest that were ready, and those wanted, by site. */
  readonly ready: ReadonlyMap<string, number>;
  readonly wanted: ReadonlyMap<string, number>;
}

/** Every site that is named anywhere. */
export function sitesOf({ samples }: DrillRun): readonly string[] {
  const [first] = samples;
  const last = samples.at(-1);
  const named = [first, last].flatMap((each) =>
    each === undefined ? [] : [...each.sites.map(({ site }) => site), ...Object.keys(each.weights)],
  );
  return [...new Set(named)];
}

/** Stretches of whole seconds, about `most` of them at most; where nothing was seen for longer there is none. */
export function stretchesOf(run: DrillRun, most: number, leastS = 1): readonly Stretch[] {
  const { samples } = run;
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return [];
  const lengthMs = 1000 * Math.max(leastS, niceSeconds((last.atMs - first.atMs) / 1000 / most));
  const startMs = Math.floor(first.atMs / lengthMs) * lengthMs;
  const times = clientTimes(run);
  const buckets = new Map<number, { sample: DrillSample; before: DrillSample | undefined }[]>();
  for (const [index, sample] of samples.entries()) {
    const key = startMs + Math.floor((sample.atMs - startMs) / lengthMs) * lengthMs;
    const bucket = buckets.get(key) ?? [];
    bucket.push({ sample, before: samples[index - 1] });
    buckets.set(key, bucket);
  }
  return joined([...buckets].map(([fromMs, seen]) => stretchOf(fromMs, lengthMs, seen, times)));
}

/** Samples that come a little late leave a second without one, and that is no hole: what is longer is one, in milliseconds. */
const longestGapMs = 2500;

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  return stretches.map((each, index) => {
    const next = stretches[index + 1];
    return next !== undefined && next.fromMs - each.untilMs <= longestGapMs ? { ...each, untilMs: next.fromMs } : each;
  });
}

/** A number of seconds that people count in, at least so many. */
export function niceSeconds(least: number): number {
  const nice = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600];
  return nice.find((each) => each >= least) ?? Math.ceil(least / 3600) * 3600;
}

type Times = ReadonlyMap<number, { readonly p50: number | undefined; readonly p95: number | undefined }> | undefined;

/** As the clients of a load saw it, by second; undefined: there was no load. */
function clientTimes({ load }: DrillRun): Times {
  if (load.length === 0) return undefined;
  return new Map(load.map(({ atMs, firstTokenMs }) => [Math.floor(atMs / 1000), firstTokenMs]));
}

interface Seen {
  readonly sample: DrillSample;
  readonly before: DrillSample | undefined;
}

function stretchOf(fromMs: number, lengthMs: number, seen: readonly Seen[], times: Times): Stretch {
  const attempts = new Map<string, number>();
  const ready = new Map<string, number>();
  const wanted = new Map<string, number>();
  for (const { sample, before } of seen)
    for (const each of sample.sites) {
      const was = before?.sites.find(({ site }) => site === each.site);
      attempts.set(
        each.site,
        (attempts.get(each.site) ?? 0) + Math.max(0, each.attempts - (was?.attempts ?? each.attempts)),
      );
      ready.set(each.site, Math.min(ready.get(each.site) ?? each.ready, each.ready));
      wanted.set(each.site, Math.max(wanted.get(each.site) ?? 0, each.wanted));
    }
  const all = [...attempts.values()].reduce((sum, count) => sum + count, 0);
  const firsts = seen.map((each) => firstToken(each.sample, times));
  return {
    ...{ fromMs, untilMs: fromMs + lengthMs, weights: seen.at(-1)?.sample.weights ?? {}, ready, wanted },
    real: all === 0 ? undefined : new Map([...attempts].map(([site, count]) => [site, (count / all) * 100])),
    p50Ms: most(firsts.map(({ p50 }) => p50)),
    p95Ms: most(firsts.map(({ p95 }) => p95)),
    failed: sum(seen.map(({ sample, before }) => grown(failures(sample), before && failures(before)))),
    lost: sum(seen.map(({ sample, before }) => grown(sample.lost, before?.lost))),
  };
}

function failures({ sites }: DrillSample): number {
  return sites.reduce((total, each) => total + each.failures, 0);
}

/** The first of all shows no growth; undefined: it fell, the count began anew. */
function grown(now: number, before: number | undefined): number | undefined {
  if (before === undefined) return 0;
  return now < before ? undefined : now - before;
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Without a load, of the slowest site that had traffic, as the gateway has it. */
function firstToken({ atMs, sites, weights }: DrillSample, times: Times) {
  if (times !== undefined) return times.get(Math.floor(atMs / 1000)) ?? { p50: undefined, p95: undefined };
  const busy = sites.filter(({ site }) => (weights[site] ?? 0) > 0);
  const of = (pick: (site: SiteSample) => number | undefined): number | undefined => most(busy.map(pick));
  return { p50: of(({ firstTokenP50Ms }) => firstTokenP50Ms), p95: of(({ firstTokenP95Ms }) => firstTokenP95Ms) };
}
