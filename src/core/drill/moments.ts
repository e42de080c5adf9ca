/** What was so at each second of a drill, from its samples and its load. */
import type { DrillSample, SiteSample } from '../../model/drill-run.ts';
import type { LoadSecond } from '../../model/load.ts';
import type { Moment } from './evaluate.ts';

/** What an error rate covers, in milliseconds. */
const rateOverMs = 10_000;

/**
 * First-token times are those that the load saw of the second that had ended by then; without a load, of the slowest site that got
 * requests, as the gateway has them.
 */
export function momentsOf(samples: readonly DrillSample[], load: readonly LoadSecond[] = []): readonly Moment[] {
  const seconds = new Map(load.map((second) => [Math.floor(second.atMs / 1000), second]));
  let oldest = 0;
  return samples.map((sample, index) => {
    while (oldest + 1 < index && sample.atMs - (samples[oldest + 1]?.atMs ?? 0) >= rateOverMs) oldest += 1;
    const errorRate = errorRateOf(sample, index === 0 ? undefined : samples[oldest]);
    const healthy = healthyRatio(sample);
    const second = seconds.get(Math.floor(sample.atMs / 1000) - 1);
    const busy = busySites(sample, samples[index - 1]);
    const p50 = load.length > 0 ? second?.firstTokenMs.p50 : most(busy.map(({ firstTokenP50Ms }) => firstTokenP50Ms));
    const p95 = load.length > 0 ? second?.firstTokenMs.p95 : most(busy.map(({ firstTokenP95Ms }) => firstTokenP95Ms));
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
