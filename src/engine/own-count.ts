/** Running requests as the model servers count them: some may have come past the gateway. */
import type { Replica } from '../model/replica.ts';
import type { Context } from './context.ts';
import { createReading } from './reading.ts';

/** One look at a replica's own metrics, in milliseconds. */
const metricsTimeoutMs = 2000;

/** The model servers' own count where the policy names it, else 0; undefined when one of them cannot be read. */
export async function ownCount(
  ctx: Context,
  replicas: readonly Replica[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const { probe, clock } = ctx.deps;
  const { idleMetrics = [] } = ctx.deployment.drain;
  if (idleMetrics.length === 0 || probe.inFlight === undefined) return 0;
  const count = probe.inFlight.bind(probe);
  const reading = createReading(clock, metricsTimeoutMs);
  const running = replicas.filter(({ state }) => state === 'running');
  const seen = await Promise.all(
    running.map((replica) => reading(signal, (call) => count(idleMetrics, replica, call))),
  );
  let own = 0;
  for (const each of seen) {
    if (each.kind === 'unknown') return undefined;
    own += each.value;
  }
  return own;
}
