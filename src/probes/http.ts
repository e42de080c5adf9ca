/** Does the process answer a path with 200? */
import type { HttpProbeSpec } from '../model/probe-spec.ts';
import { exchange, ofStatus } from './exchange.ts';
import type { CheckTerms, Finding } from './probe.ts';

export function checkHttp(url: URL, spec: HttpProbeSpec, terms: CheckTerms): Promise<Finding> {
  return exchange(
    url,
    {
      method: 'GET',
      path: spec.path,
      onHead: ({ statusCode = 0 }) => ofStatus(statusCode) ?? { outcome: 'good' },
      onData: () => undefined,
      onEnd: () => ({ outcome: 'good' }),
      onLate: () => ({
        outcome: 'bad',
        reason: 'TimedOut',
        detail: `no answer within ${Math.round(terms.timeoutMs)} ms`,
      }),
    },
    terms,
  );
}
