/** No fault, heavy-tailed latency: nothing may move, nothing may stay ejected, hardly a request may be sent twice. */

import { countRecords } from '../../src/demo/record.ts';
import { startLoad } from '../../src/load/collect.ts';
import type { Bench } from './main.ts';
import { openSites } from './sites.ts';
import { judge, type Row } from './stats.ts';

const rate = 50;
/** An ejection seen twice, this far apart, lasts. */
const lastsMs = 5000;

export async function benchFalseAlarm({ dir, soakSeconds }: Bench): Promise<readonly Row[]> {
  const sites = await openSites({
    dir,
    port: 18250,
    firstPort: 18900,
    firstTokenMs: 200,
    firstTokenSigma: 1,
    firstTokenLimit: '10s',
    probeTimeout: '15s',
  });
  const load = startLoad({
    url: sites.url,
    model: 'tiny',
    requestsPerSecond: rate,
    streamShare: 0.5,
    maxTokens: 8,
    timeoutMs: 60_000,
  });
  let lasting = 0;
  let before = new Set<string>();
  try {
    for (const endMs = performance.now() + soakSeconds * 1000; performance.now() < endMs; ) {
      await new Promise((wake) => setTimeout(wake, lastsMs));
      const replicas = (await sites.traffic())?.sites.flatMap((site) => site.replicas) ?? [];
      const ejected = new Set(replicas.filter((each) => each.ejected).map(({ replica }) => replica));
      lasting += [...ejected].filter((replica) => before.has(replica)).length;
      before = ejected;
    }
    await load.stop();
    const traffic = await sites.traffic();
    const failovers = (await sites.operations()).filter(({ plan }) => plan.kind === 'failover').length;
    const attempts = traffic?.sites.reduce((sum, { attemptsTotal }) => sum + attemptsTotal, 0) ?? Number.NaN;
    // What was given up for another replica is a call too, and is not among the attempts that ended.
    const calls = (attempts + (traffic?.retried ?? 0)) / (traffic?.requests ?? Number.NaN);
    const { requests, streams } = countRecords(load.records());
    const failed = requests.failed + streams.failed + streams.cut;
    const part = `no fault, ${soakSeconds} s`;
    return [
      {
        part,
        what: 'failovers',
        godwit: failovers,
        peer: undefined,
        value: failovers,
        target: '0',
        verdict: judge(failovers, (each) => each === 0),
      },
      {
        part,
        what: 'ejections that last',
        godwit: lasting,
        peer: undefined,
        value: lasting,
        target: '0',
        verdict: judge(lasting, (each) => each === 0),
      },
      {
        part,
        what: 'upstream calls per request',
        godwit: calls,
        peer: undefined,
        value: calls,
        target: '<= 1.03',
        verdict: judge(calls, (each) => each <= 1.03),
      },
      {
        part,
        what: 'failed or cut',
        godwit: failed,
        peer: undefined,
        value: failed,
        target: '0',
        verdict: judge(failed, (each) => each === 0),
      },
    ];
  } finally {
    await load.stop();
    await sites.close();
  }
}
