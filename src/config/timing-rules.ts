/** Rules between times: what must last longer than what. */
import type { Source } from './document.ts';
import { anyOf, eachDeployment, type Rule, written } from './rule.ts';
import { writeDuration } from './write-duration.ts';

/** A holder must be able to fail two renewals and still turn its loop before the lease is gone (Patroni's rule). */
export const leaseTiming: Rule = ({ source, config: { lease, deployments }, isSure }) => {
  const loops = deployments.flatMap(({ name }) => anyOf(name, 'failover', 'detector', 'evaluateEvery'));
  const loopMs = Math.max(0, ...deployments.map(({ failover }) => failover.detector.evaluateEveryMs));
  const needMs = loopMs + 2 * lease.renewEveryMs;
  if (needMs <= lease.ttlMs || !isSure(['state', 'lease'], ...loops)) return [];
  return [
    source.findingAt(
      ['state', 'lease', 'ttl'],
      `the lease (${lease.ttlMs} ms) must last a loop and two renewals: ${loopMs} + 2 × ${lease.renewEveryMs} = ${needMs} ms`,
      `write ttl: ${writeDuration(Math.ceil(needMs / 1000) * 1000)} or more`,
    ),
  ];
};

/** An answer must not be stale before the next, nor cut off before its first token is late. */
export const probeTiming = eachDeployment(({ source, isSure }, { name, probes, failover }) =>
  probes.flatMap((probe) => {
    const own = probe.kind === 'completion' ? ['probe'] : ['probes', probe.name];
    const { staleAfterMs } = failover.detector;
    const freshMs = probe.everyMs + probe.timeoutMs;
    const isLate = probe.kind === 'completion' && probe.firstTokenLimitMs > probe.timeoutMs;
    const isStale = freshMs > staleAfterMs && isSure(...anyOf(name, 'failover', 'detector', 'staleAfter'));
    if (!isSure(...anyOf(name, ...own))) return [];
    return [
      ...(isLate ? [lateToken(source, name, probe.timeoutMs)] : []),
      ...(isStale
        ? [
            source.findingAt(
              written(source, name, ...own, 'every'),
              `an answer may be ${freshMs} ms old, but counts as stale after ${staleAfterMs} ms`,
              'raise failover.detector.staleAfter',
            ),
          ]
        : []),
    ];
  }),
);

function lateToken(source: Source, name: string, timeoutMs: number) {
  return source.findingAt(
    written(source, name, 'probe', 'ttft'),
    `the first-token limit is longer than the probe's time-out (${timeoutMs} ms)`,
  );
}

/** A proof must outlast two probes, or one late answer takes a good site's standing. */
export const proofAge = eachDeployment(({ source, isSure }, { name, probes, failover }) => {
  const everyMs = probes.find(({ kind }) => kind === 'completion')?.everyMs ?? 0;
  const { maxAgeMs } = failover.proof;
  if (maxAgeMs > 2 * everyMs) return [];
  return isSure(...anyOf(name, 'failover', 'proof', 'maxAge'), ...anyOf(name, 'probe', 'every'))
    ? [
        source.findingAt(
          written(source, name, 'failover', 'proof', 'maxAge'),
          `a proof of ${maxAgeMs} ms is gone before two probes renewed it (every ${everyMs} ms)`,
        ),
      ]
    : [];
});
