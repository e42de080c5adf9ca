/** What users' own requests say of a site. */
import type { Expression } from '../../model/expression.ts';
import type { DetectorPolicy } from '../../model/policy.ts';
import type { SiteTraffic } from '../../model/traffic-stats.ts';
import { isAbout, judgeValues, type Values } from '../expression.ts';
import { errorRateOf, timesOf, timesText } from '../site-signals.ts';

/** One plane’s word on a site, with the counts it rests on in words; `unknown` is not `bad`. */
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
  const values = { errorRate: errorRateOf(failures, attempts), lateRate: late / judged, ...timesOf(traffic) };
  const { state, decisive } = worstOf(policy.unhealthyWhen, values);
  const times = decisive === undefined ? [] : timesText(decisive, values);
  return { state, message: [seen, ...times].join(', ') };
}

interface Found {
  readonly state: TrafficVerdict['state'];
  /** The one that makes it so. */
  readonly decisive?: Expression;
}

const order: readonly TrafficVerdict['state'][] = ['good', 'unknown', 'slow', 'bad'];

/** Any one is enough. */
function worstOf(expressions: readonly Expression[], values: Values): Found {
  let worst: Found = { state: 'good' };
  for (const each of expressions) {
    const found = stateOf(each, values);
    if (order.indexOf(found.state) > order.indexOf(worst.state)) worst = found;
  }
  return worst;
}

/** Two lines, and two parts of one with `or` between them, are the same. */
function stateOf(expression: Expression, values: Values): Found {
  if (expression.kind === 'any') return worstOf(expression.of, values);
  const { holds } = judgeValues(expression, values);
  if (holds !== 'yes') return { state: holds === 'no' ? 'good' : 'unknown' };
  return { state: isAbout(expression, ['errorRate']) ? 'bad' : 'slow', decisive: expression };
}
