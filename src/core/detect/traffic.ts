/** What users' own requests say of a site. */
import type { DetectorPolicy } from '../../model/policy.ts';
import type { SiteTraffic } from '../../model/traffic-stats.ts';

export interface TrafficVerdict {
  readonly state: 'good' | 'bad' | 'slow' | 'unknown';
  readonly message: string;
}

/** Few requests say nothing; ejected replicas do, because the gateway saw them fail. */
export function judgeTraffic(traffic: SiteTraffic | undefined, policy: DetectorPolicy): TrafficVerdict {
  if (traffic === undefined) return { state: 'unknown', message: 'no statistics' };
  const { attempts, failures, late, replicas, windowMs } = traffic;
  const seen = `${failures} of ${attempts} attempts failed, ${late} late in ${windowMs / 1000} s`;
  if (replicas.length > 0 && replicas.every(({ ejected }) => ejected))
    return { state: 'bad', message: `gateway ejected all replicas; ${seen}` };
  const judged = attempts + late;
  if (judged < policy.trafficMinimum) return { state: 'unknown', message: `too few attempts (${attempts})` };
  if (failures / Math.max(1, attempts) >= policy.trafficBadRatio) return { state: 'bad', message: seen };
  if (policy.trafficLateRatio !== undefined && late / judged >= policy.trafficLateRatio)
    return { state: 'slow', message: seen };
  return { state: 'good', message: seen };
}
