/** Lays the file over the defaults: a deployment's own words, then the file's top level, then ours. */
import { startsCommands } from './commands.ts';
import {
  containerDefaults,
  deploymentDefaults,
  drillDefaults,
  faultDefaults,
  generatedLoadDefaults,
  placementDefaults,
  probeDefaults,
  rebalanceDefaults,
  scheduleDefaults,
  topDefaults,
} from './defaults.ts';
import type { RawConfig } from './schema.ts';

type Tree = { readonly [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Later layers win, key by key; lists are replaced whole. Undefined says nothing. */
export function overlay(...layers: readonly (object | undefined)[]): Tree {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value === undefined) continue;
      const before = merged[key];
      merged[key] = isTree(value) ? overlay(isTree(before) ? before : {}, value) : value;
    }
  }
  return merged;
}

/** The whole tree in force, in the words of the file. Shape: `RawConfig` with nothing left out that has a default. */
export function effectiveTree(raw: RawConfig): Tree {
  const top = overlay(topDefaults, {
    ...{
      environment: raw.environment,
      protected: raw.protected,
      state: raw.state,
      traffic: raw.traffic,
      doctor: raw.doctor,
      metrics: raw.metrics,
    },
  });
  const deployments = Object.fromEntries(
    Object.entries(raw.deployments).map(([name, given]) => [name, deploymentTree(raw, name, given)]),
  );
  const routes = Object.fromEntries(
    Object.keys(raw.deployments).map((name) => [
      name,
      overlay({ model: raw.deployments[name]?.model, weights: defaultWeights(raw, name) }, routeOf(raw, name)),
    ]),
  );
  const sites = Object.fromEntries(
    Object.entries(raw.sites).map(([name, site]) => [
      name,
      overlay({ vendor: site.provider, residency: [], failureDomains: [name] }, site),
    ]),
  );
  return {
    version: 1,
    ...top,
    traffic: overlay(isTree(top['traffic']) ? top['traffic'] : {}, { routes }),
    sites,
    deployments,
    drills: Object.fromEntries(Object.entries(raw.drills ?? {}).map(([name, given]) => [name, drillTree(given)])),
    ...(raw.rebalance === undefined ? {} : { rebalance: overlay(rebalanceDefaults, raw.rebalance) }),
  };
}

function drillTree(given: NonNullable<RawConfig['drills']>[string]): Tree {
  return overlay(drillDefaults, given, {
    fault: (given.fault ?? []).map((each) => overlay(faultDefaults, each)),
    ...(given.load?.source === 'generated' ? { load: overlay(generatedLoadDefaults, given.load) } : {}),
    ...(given.schedule === undefined ? {} : { schedule: overlay(scheduleDefaults, given.schedule) }),
  });
}

type Deployment = RawConfig['deployments'][string];

function deploymentTree(raw: RawConfig, _name: string, given: Deployment): Tree {
  const general = { probe: raw.probe, failover: raw.failover, drain: raw.drain };
  const { sites, ...own } = given;
  const probes = Object.fromEntries(
    Object.entries(given.probes ?? {}).map(([kind, probe]) => [
      kind,
      overlay(probeDefaults[kind as keyof typeof probeDefaults], probe),
    ]),
  );
  const startup = overlay(deploymentDefaults.startup, given.startup);
  const placements = Object.fromEntries(
    Object.entries(sites).map(([site, placement]) => {
      const launch = launchTree(given, placement, raw.sites[site]?.provider);
      return [site, overlay(placementDefaults, launch, { startup }, placement)];
    }),
  );
  return overlay(deploymentDefaults, general, own, { residency: given.residency ?? [], probes, sites: placements });
}

/** What a site takes from its deployment: the command, or the image, each with the environment. */
function launchTree(given: Deployment, placement: Deployment['sites'][string], provider: string | undefined): Tree {
  const isProcess = startsCommands(provider);
  const image = placement.image ?? (isProcess ? undefined : given.image);
  const container = image === undefined ? {} : overlay(containerDefaults, { image, args: given.args, gpu: given.gpu });
  const command = isProcess ? (given.command ?? []) : [];
  return { command, ...container, env: isProcess || image !== undefined ? (given.env ?? {}) : {} };
}

function routeOf(raw: RawConfig, name: string): object | undefined {
  const route = raw.traffic?.routes?.[name];
  if (route === undefined) return undefined;
  // Weights are one vector: a site that is not named gets nothing, not its default.
  return route.weights === undefined
    ? route
    : {
        ...route,
        weights: {
          ...Object.fromEntries(Object.keys(raw.deployments[name]?.sites ?? {}).map((site) => [site, '0%'])),
          ...route.weights,
        },
      };
}

/** Everything to the first hot placement. */
function defaultWeights(raw: RawConfig, name: string): Readonly<Record<string, string>> {
  const sites = Object.entries(raw.deployments[name]?.sites ?? {});
  const preferred =
    sites.find(([, { standby }]) => (standby ?? placementDefaults.standby) === 'hot')?.[0] ?? sites[0]?.[0];
  return Object.fromEntries(sites.map(([site]) => [site, site === preferred ? '100%' : '0%']));
}
