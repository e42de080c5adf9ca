/** What was so at each second of a drill, from its samples and its load. */
import type { DrillSample, SiteSample } from '../../model/drill-run.ts';
import type { LoadSecond } from '../../model/load.ts';
import type { Moment } from './evaluate.ts';

/** What an error rate covers, in milliseconds. */
const rateOverMs = 10_000;

const secondMs = 1000;
/** The longest that a request of a load may take, and a little, in milliseconds. */
const knownWithinMs = 35_000;

/**
 * First-token times are those that the load saw of the second that had ended by then, of several since the moment before the worst;
 * without a load, of the slowest site that got requests, as the gateway has them.
 */
export function momentsOf(samples: readonly DrillSample[], load: readonly LoadSecond[] = []): readonly Moment[] {
  let oldest = 0;
  let next = 0;
  return samples.map((sample, index) => {
    while (oldest + 1 < index && sample.atMs - (samples[oldest + 1]?.atMs ?? 0) >= rateOverMs) oldest += 1;
    const errorRate = errorRateOf(sample, index === 0 ? undefined : samples[oldest]);
    const healthy = healthyRatio(sample);
    const before = samples[index - 1];
    const sinceMs = before?.atMs ?? sample.atMs - secondMs;
    const seen: LoadSecond[] = [];
    for (let second = load[next]; second !== undefined; second = load[next]) {
      const endMs = second.atMs + secondMs;
      if (endMs > sample.atMs) break;
      if (endMs > sinceMs) seen.push(second);
      next += 1;
    }
    const busy = load.length > 0 ? [] : busySites(sample, before);
    const p50 = most([...seen.map((each) => each.firstTokenMs.p50), ...busy.map((each) => each.firstTokenP50Ms)]);
    const p95 = most([...seen.map((each) => each.firstTokenMs.p95), ...busy.map((each) => each.firstTokenP95Ms)]);
    return {
      atMs: sample.atMs,
      values: {
        ...(errorRate === undefined ? {} : { errorRate }),
        ...(healthy === undefined ? {} : { 'capacity.healthy': healthy }),
        ...(p50 === undefined ? {} : { 'ttft.p50': p50 }),
        ...(p95 === undefined ? {} : { 'ttft.p95': p95 }),
      },
      conditions: { 'every standby is ready': standbysReady(sample) },
    };
  });
}

/**
 * The same for whoever looks while it goes on: a second of a load is known once all that began in it has ended, so that the
 * first-token times that are known last stand for the moments after them, as long as a request may take.
 */
export function withLastKnown(moments: readonly Moment[]): readonly Moment[] {
  const index = moments.findLastIndex(({ values }) => values['ttft.p95'] !== undefined);
  const last = moments[index];
  if (last === undefined) return moments;
  const { 'ttft.p50': p50, 'ttft.p95': p95 } = last.values;
  const known = {
    ...(p50 === undefined ? {} : { 'ttft.p50': p50 }),
    ...(p95 === undefined ? {} : { 'ttft.p95': p95 }),
  };
  return moments.map((each, at) =>
    at > index && each.atMs - last.atMs <= knownWithinMs ? { ...each, values: { ...each.values, ...known } } : each,
  );
}

/** Undefined: no request ended, or the counts began anew. */
function errorRateOf(sample: DrillSample, before: DrillSample | undefined): number | undefined {
  if (before === undefined) return undefined;
  const ended = sample.ended - before.ended;
  const lost = sample.lost - before.lost;
  return ended > 0 && lost >= 0 ? lost / ended : undefined;
}

function healthyRatio({ sites }: DrillSample): number | undefined {
  const wanted = sites.reduce((sum, site) => sum + site.wanted, 0);
  const ready = sites.reduce((sum, site) => sum + Math.min(site.ready, site.wanted), 0);
  return wanted === 0 ? undefined : ready / wanted;
}

/** Sites without traffic that are wanted ready. */
function standbysReady({ sites, weights }: DrillSample): boolean {
  return sites.every(({ site, ready, wanted }) => (weights[site] ?? 0) > 0 || ready >= wanted);
}

function busySites(sample: DrillSample, before: DrillSample | undefined): readonly SiteSample[] {
  return sample.sites.filter(({ site, attempts }) => {
    const earlier = before?.sites.find((each) => each.site === site)?.attempts;
    return earlier !== undefined && attempts > earlier;
  });
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
