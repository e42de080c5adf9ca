/** How long after its undo a fault may still set something off. */
import type { Rehearsal } from './rehearsal.ts';

/** At least, in milliseconds: requests that still run are counted too. */
const leastMs = 3000;

/** Automation may have seen it last with the probe before the undo, and acts when it has looked once more. Milliseconds. */
export function lateForMs({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): number {
  const deployment = deps.config.deployments.find(({ name }) => name === drill.deployment);
  const probes = (deployment?.probes ?? []).map(({ everyMs, timeoutMs }) => everyMs + timeoutMs);
  return Math.max(leastMs, ...probes) + 2 * (deployment?.failover.detector.evaluateEveryMs ?? 0);
}
