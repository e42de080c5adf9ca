/** A state directory as a live controller of some size leaves it every second: for tests of those who only look. */
import type { Config } from '../../src/model/config.ts';
import type { SiteDiagnosis } from '../../src/model/diagnosis.ts';
import type { RouteEntry, Weights } from '../../src/model/route.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { SiteView, View } from '../../src/model/view.ts';

export interface PreparedSite {
  readonly name: string;
  readonly replicas: number;
}

/** Ports of a site's replicas: none of them listens. */
const portsPerSite = 40;
const firstPort = 20_000;

/** `page`: further lines of the deployment. */
export function preparedConfig(sites: readonly PreparedSite[], listen: string, page = ''): string {
  const places = sites.map(({ name, replicas }) => `      ${name}: { replicas: ${replicas} }`);
  const ranges = sites.map(({ name }, index) => {
    const from = firstPort + index * portsPerSite;
    return `  ${name}: { provider: local, ports: ${from}-${from + portsPerSite - 1} }`;
  });
  return `version: 1
state: { dir: state }
sites:
${ranges.join('\n')}
deployments:
  chat:
    model: tiny
    command: [serve]
${page}    sites:
${places.join('\n')}
traffic: { listen: "${listen}" }
`;
}

/** The first site has all the weight. */
export function preparedEntry(sites: readonly PreparedSite[], nowMs: number): RouteEntry {
  return {
    ...{ deployment: 'chat', epoch: 1, routeVersion: 1, match: { model: 'tiny' }, firstTokenLimitMs: 2000 },
    ...{ journalHead: '', weights: weightsOf(sites), spill: [] },
    sites: sites.map((site, index) => ({
      site: site.name,
      replicas: replicasOf(site, index, nowMs).map(({ id, bootId, url }) => ({ id, bootId, url, state: 'serving' })),
    })),
  };
}

/** Every replica proven and healthy. */
export function preparedSight(config: Config, nowMs: number): Pick<Snapshot, 'view' | 'decision'> {
  const [deployment] = config.deployments;
  if (deployment === undefined) throw new Error('no deployment');
  const placed = deployment.placements.map(({ site, replicas }) => ({ name: site, replicas }));
  const sites = deployment.placements.map((placement, index): SiteView => {
    const site = config.sites.find(({ name }) => name === placement.site);
    if (site === undefined) throw new Error(`no site ${placement.site}`);
    return {
      ...{ site, placement, listLagMs: 0, control: { kind: 'seen', asOfMs: nowMs, sinceMs: nowMs - 3_600_000 } },
      replicas: replicasOf({ name: site.name, replicas: placement.replicas }, index, nowMs).map((replica) => ({
        replica,
        conditions: [
          {
            ...{ replica: replica.id, probe: 'completion', plane: 'data', vantage: 'here', state: 'good' },
            ...{ sinceMs: nowMs, asOfMs: nowMs, failuresInARow: 0, failingSinceMs: undefined, successesInARow: 9 },
            ...{ reason: undefined, detail: undefined },
          },
        ],
        proof: { replica: replica.id, bootId: replica.bootId, model: 'tiny', completions: 3, atMs: nowMs },
      })),
    };
  });
  const diagnosed = sites.map(
    ({ site: { name }, replicas }): SiteDiagnosis => ({
      ...{ site: name, code: 'Healthy', actionable: false, servesNothing: false, planes: [], vantages: [] },
      ...{ sinceMs: nowMs, asOfMs: nowMs, message: 'all well', ready: replicas.map(({ replica }) => replica.id) },
    }),
  );
  const unknown = { kind: 'unknown', error: { class: 'unknown', code: 'NotAsked', message: 'not asked' } } as const;
  const view: View = {
    ...{ deployment, atMs: nowMs, sites, route: unknown, traffic: unknown, inForce: weightsOf(placed) },
    ...{ open: undefined, recent: [], request: undefined, standing: [], others: [] },
    ...{ configDigest: config.digest, healthySinceMs: {} },
  };
  const healthy = { code: 'Healthy', actionable: false, site: undefined, message: 'all well' } as const;
  return { view, decision: { kind: 'stay', diagnosis: { ...healthy, sites: diagnosed }, reasons: [] } };
}

function weightsOf(sites: readonly PreparedSite[]): Weights {
  return Object.fromEntries(sites.map(({ name }, index) => [name, index === 0 ? 100 : 0]));
}

function replicasOf({ name, replicas }: PreparedSite, index: number, nowMs: number) {
  return Array.from({ length: replicas }, (_, slot) => ({
    ...{ id: `${name}-${slot}`, bootId: `boot-${slot}`, deployment: 'chat', site: name, slot },
    ...{ url: `http://127.0.0.1:${firstPort + index * portsPerSite + slot}`, startKey: `op-bench/1/${slot}` },
    ...{ state: 'running' as const, billed: 'yes' as const, startedAtMs: nowMs - 3_600_000 },
  }));
}
