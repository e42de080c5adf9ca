/** Finds replicas that nothing on record accounts for. Reads only. */
import { deploymentInForce } from '../core/in-force.ts';
import { orphanWhy, startedBy } from '../core/orphans.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Orphan, OrphanReport } from '../model/orphan.ts';
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { Provider } from '../ports/provider.ts';
import type { EngineDeps } from './engine.ts';
import { createReading } from './reading.ts';

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 10_000;

/** Also at sites where a deployment is not placed (any more): what it left there is nobody's. */
export async function findOrphans(deps: EngineDeps, signal: AbortSignal): Promise<OrphanReport> {
  const reports = await Promise.all(
    deps.config.deployments.map((deployment) => ofDeployment(deps, deployment, signal)),
  );
  return { orphans: reports.flatMap(({ orphans }) => orphans), unseen: reports.flatMap(({ unseen }) => unseen) };
}

async function ofDeployment(deps: EngineDeps, deployment: Deployment, signal: AbortSignal): Promise<OrphanReport> {
  const { name } = deployment;
  const reading = createReading(deps.clock, readTimeoutMs);
  const [route, ...lists] = await Promise.all([
    reading(signal, (call) => deps.traffic.read(name, call)),
    ...[...deps.providers].map(async ([site, provider]) => ({
      site,
      seen: await listAt(deps, provider, name, signal),
    })),
  ]);
  const orphans: Orphan[] = [];
  for (const { seen } of lists)
    if (seen.kind === 'seen') orphans.push(...(await among(deps, deployment, seen.value, route)));
  return {
    orphans,
    unseen: lists.flatMap(({ site, seen }) =>
      seen.kind === 'seen' ? [] : [{ deployment: name, site, why: seen.error.message }],
    ),
  };
}

/** Never rejects. */
export function listAt(
  { clock }: EngineDeps,
  provider: Provider,
  deployment: string,
  signal: AbortSignal,
): Promise<Seen<readonly Replica[]>> {
  return createReading(clock, readTimeoutMs)(signal, (call) => provider.list({ deployment }, call));
}

/** Those of a list. The record is read after the list: an operation is on record before it launches. */
export async function among(
  { store }: EngineDeps,
  deployment: Deployment,
  listed: readonly Replica[],
  route: Seen<RouteEntry | undefined>,
): Promise<readonly Orphan[]> {
  const standing = await store.standing.list(deployment.name);
  const { placements } = deploymentInForce(deployment, standing);
  const found = listed.map(async (replica): Promise<readonly Orphan[]> => {
    const operation = await store.operations.get(startedBy(replica));
    // What an operation under way has started may be more than is in force yet.
    if (operation !== undefined && operation.endedAtMs === undefined) return [];
    const placement = placements.find(({ site }) => site === replica.site);
    const why = orphanWhy(replica, operation !== undefined, placement, standing);
    return why === undefined ? [] : [{ replica, why, isServing: isServing(replica, route) }];
  });
  return (await Promise.all(found)).flat();
}

function isServing({ id, site }: Replica, route: Seen<RouteEntry | undefined>): boolean | undefined {
  if (route.kind === 'unknown') return undefined;
  const entry = route.value;
  if (entry === undefined || (entry.weights[site] ?? 0) === 0) return false;
  return entry.sites.some((each) => each.site === site && each.replicas.some((replica) => replica.id === id));
}
