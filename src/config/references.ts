/** Names that must name something. */
import type { Source } from './document.ts';
import type { Finding } from './finding.ts';
import { suggestion } from './nearest.ts';
import type { RawConfig } from './schema.ts';

/** What can be judged without the values in force: references by name. */
export function checkReferences(source: Source, raw: RawConfig): readonly Finding[] {
  const sites = Object.keys(raw.sites);
  const deployments = Object.keys(raw.deployments);
  const unknownSites = deployments.flatMap((name) =>
    Object.keys(raw.deployments[name]?.sites ?? {})
      .filter((site) => !sites.includes(site))
      .map((site) =>
        source.findingAtKey(
          ['deployments', name, 'sites'],
          site,
          `site "${site}" is not defined`,
          suggestion(site, sites),
        ),
      ),
  );
  const routes = Object.entries(raw.traffic?.routes ?? {});
  const unknownRoutes = routes
    .filter(([name]) => !deployments.includes(name))
    .map(([name]) =>
      source.findingAtKey(
        ['traffic', 'routes'],
        name,
        `deployment "${name}" is not defined`,
        suggestion(name, deployments),
      ),
    );
  const unknownWeights = routes.flatMap(([name, route]) => {
    const own = Object.keys(raw.deployments[name]?.sites ?? {});
    return Object.keys(route.weights ?? {})
      .filter((site) => deployments.includes(name) && !own.includes(site))
      .map((site) =>
        source.findingAtKey(
          ['traffic', 'routes', name, 'weights'],
          site,
          `${name} does not run at "${site}"`,
          suggestion(site, own),
        ),
      );
  });
  const empty = deployments
    .filter((name) => Object.keys(raw.deployments[name]?.sites ?? {}).length === 0)
    .map((name) => source.findingAt(['deployments', name, 'sites'], `${name} needs at least one site`));
  return [...unknownSites, ...unknownRoutes, ...unknownWeights, ...empty];
}
