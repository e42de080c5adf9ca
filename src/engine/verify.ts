/** Settles what an operation brought about by reading everything back; changes nothing and needs no lease. */
import { checkSteps, type ListSeen, verdictOf, type WorldSeen } from '../core/verdict.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { Verification } from '../model/verification.ts';
import type { EngineDeps } from './engine.ts';
import { createReading } from './reading.ts';

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 10_000;

/** A hunt may have started something at each of its candidates. */
function sitesOf(step: Step): readonly string[] {
  if (step.kind === 'hunt') return step.candidates.map(({ site }) => site);
  return 'site' in step ? [step.site] : [];
}

export async function verifyOperation(
  { clock, providers, traffic }: Pick<EngineDeps, 'clock' | 'providers' | 'traffic'>,
  operation: Operation,
  signal: AbortSignal,
): Promise<Verification> {
  const { deployment, steps } = operation.plan;
  const reading = createReading(clock, readTimeoutMs);
  const sites = [...new Set(steps.flatMap(sitesOf))];
  const lists = sites.flatMap((site) => {
    const provider = providers.get(site);
    return provider === undefined ? [] : [{ site, provider }];
  });
  const [route, counts, replicas] = await Promise.all([
    reading(signal, (call) => traffic.read(deployment, call)),
    reading(signal, (call) => traffic.traffic(deployment, call)),
    Promise.all(
      lists.map(
        async ({ site, provider }): Promise<readonly [string, ListSeen]> => [
          site,
          {
            seen: await reading(signal, (call) => provider.list({ deployment }, call)),
            listLagMs: provider.listLagMs,
          },
        ],
      ),
    ),
  ]);
  const world: WorldSeen = { route, traffic: counts, replicas: new Map(replicas) };
  return { operation, checks: checkSteps(operation, world), verdict: verdictOf(operation, world) };
}
