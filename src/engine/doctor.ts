/** Looks at everything a bad night will need. Reads only: nothing is changed anywhere. */
import { siteFindings } from '../core/doctor.ts';
import { controllerFinding, drainFindings, gatewayFinding, routeFinding, storeFinding } from '../core/doctor-local.ts';
import { examinedAreas } from '../core/examination.ts';
import type { Config } from '../model/config.ts';
import type { Placement } from '../model/deployment.ts';
import type { Demand, DoctorArea, DoctorReport, Finding, NotAsked, StoreOutlook } from '../model/doctor.ts';
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import type { Site } from '../model/site.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import type { Store } from '../ports/store.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import { createReading } from './reading.ts';

export interface DoctorDeps {
  readonly config: Config;
  readonly clock: Clock;
  /** Sessions by site name, or why there is none. */
  readonly sessions: ReadonlyMap<string, Provider | Error>;
  readonly traffic: TrafficDriver;
  /** Undefined: there is none yet. */
  readonly store: Store | undefined | 'unreadable';
  lookAtStore(): StoreOutlook;
  /** The gateway behind the admin socket, and whether its port takes connections. */
  findGateway(
    signal: AbortSignal,
  ): Promise<{ readonly pid: number; readonly port: number; readonly isOpen: boolean } | undefined>;
}

export interface DoctorTerms {
  /** All of them when absent. */
  readonly areas: readonly DoctorArea[];
  readonly site: string | undefined;
}

/** A gateway or a store that takes longer is not seen; a cloud is asked a dozen things one after the other. In milliseconds. */
const nearTimeoutMs = 5000;
const siteTimeoutMs = 60_000;

/** Every site that a deployment is placed at, or only one. */
export async function examine(
  deps: DoctorDeps,
  { areas, site }: DoctorTerms,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const { config } = deps;
  const wants = (...some: readonly DoctorArea[]): boolean => some.some((area) => areas.includes(area));
  const placed = new Set(config.deployments.flatMap(({ placements }) => placements.map((each) => each.site)));
  const sites = config.sites.filter(({ name }) => (site === undefined ? placed.has(name) : name === site));
  const here = site === undefined;
  const [near, ...far] = await Promise.all([
    here ? nearFindings(deps, wants, signal) : [],
    ...(wants(...examinedAreas) ? sites.map((each) => atSite(deps, each, signal)) : []),
  ]);
  const drains = config.deployments.flatMap(drainFindings).filter(({ where }) => here || where.endsWith(` at ${site}`));
  const findings = [...near, ...far.flatMap((each) => each.findings), ...drains];
  const notAsked = far.flatMap((each) => each.notAsked);
  return {
    findings: findings.filter(({ area }) => areas.includes(area)),
    notAsked: notAsked.filter(({ area }) => areas.includes(area)),
  };
}

async function nearFindings(
  { config, clock, traffic, store, lookAtStore, findGateway }: DoctorDeps,
  wants: (...areas: readonly DoctorArea[]) => boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const reading = createReading(clock, nearTimeoutMs);
  const findings: Finding[] = [];
  if (wants('store')) findings.push(storeFinding(lookAtStore()));
  if (wants('controller'))
    for (const deployment of config.deployments)
      findings.push(controllerFinding(deployment, await leaseOf(store, deployment.name), clock.nowMs()));
  if (!wants('traffic')) return findings;
  const gateway = await findGateway(AbortSignal.any([signal, AbortSignal.timeout(nearTimeoutMs)]));
  findings.push(gatewayFinding(config.gateway.adminSocket, gateway));
  // Without a gateway there are no routes, and one finding says it.
  if (gateway !== undefined)
    for (const deployment of config.deployments)
      findings.push(routeFinding(deployment, await reading(signal, (call) => traffic.read(deployment.name, call))));
  return findings;
}

async function leaseOf(store: DoctorDeps['store'], deployment: string) {
  if (store === 'unreadable') return 'unseen' as const;
  return await store?.lease.read(deployment);
}

/** What the controller looks at by itself, at one site. */
export async function examineSite(
  deps: Pick<DoctorDeps, 'config' | 'clock' | 'sessions'>,
  site: Site,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const { findings, notAsked } = await atSite(deps, site, signal);
  return { findings: findings.filter(({ area }) => examinedAreas.includes(area)), notAsked };
}

/** The list shows what is lacking; the report whether it could be had. Neither waits for the other. */
async function atSite(
  { config, clock, sessions }: Pick<DoctorDeps, 'config' | 'clock' | 'sessions'>,
  site: Site,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly notAsked: readonly NotAsked[] }> {
  const session = sessions.get(site.name);
  if (session === undefined || session instanceof Error) {
    const why = session?.message ?? 'there is no session';
    const what = 'the provider cannot be opened';
    return { findings: [{ area: 'access', outcome: 'unknown', where: site.name, what, why }], notAsked: [] };
  }
  const reading = createReading(clock, siteTimeoutMs);
  const placed = config.deployments.flatMap(({ name, placements }) =>
    placements.filter((each) => each.site === site.name).map((placement) => ({ name, placement })),
  );
  const models = new Map(config.deployments.map(({ name, model }) => [name, model]));
  // The last slot has the longest number: what fits for it fits for all.
  const starts = placed.map(({ name, placement: { launch, replicas } }) => ({
    ...{ deployment: name, model: models.get(name) ?? name, slot: Math.max(0, replicas - 1), launch },
  }));
  const [access, ...lists] = await Promise.all([
    session.checkAccess === undefined
      ? undefined
      : reading(signal, async (call) => (await session.checkAccess?.(call, starts)) ?? unasked),
    ...placed.map(({ name }) => reading(signal, (call) => session.list({ deployment: name }, call))),
  ]);
  const demands = placed.map(({ name, placement }, index) => demandOf(name, placement, lists[index]));
  return siteFindings(site, access, demands);
}

const unasked: Seen<never> = {
  kind: 'unknown',
  error: { class: 'unknown', code: 'NotAsked', message: 'the session is closed' },
};

/** A stopped replica is there and takes no quota until it is started. */
function demandOf(
  deployment: string,
  { replicas: wanted }: Placement,
  seen: Seen<readonly Replica[]> | undefined,
): Demand {
  if (seen?.kind !== 'seen') return { deployment, wanted, lacking: undefined, needsNew: true };
  const present = seen.value.filter(({ state }) => state !== 'gone');
  const running = present.filter(({ state }) => state !== 'stopped');
  return {
    ...{ deployment, wanted, needsNew: present.length < wanted },
    lacking: Math.max(0, wanted - running.length),
  };
}
