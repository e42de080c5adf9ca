/** Where a deployment's command and environment count: only some providers start processes; with others the machine brings its server. */
import type { Finding } from './finding.ts';
import { eachDeployment } from './rule.ts';

/** Whether sites of this provider start what `command` says. */
export function startsCommands(provider: string | undefined): boolean {
  return provider === 'local';
}

const keys = ['command', 'env'] as const;

/** A site that starts commands needs one, from the deployment or its own. */
export const commandNeeded = eachDeployment(({ source, config, isSure }, { name, placements }) =>
  placements
    .filter(
      ({ site, launch }) =>
        launch.command.length === 0 &&
        startsCommands(config.sites.find((each) => each.name === site)?.provider) &&
        isSure(['deployments', name, 'command'], ['deployments', name, 'sites', site], ['sites', site, 'provider']),
    )
    .map(({ site }) =>
      source.findingAt(['deployments', name], `${name} needs a command to run at the local site ${site}`),
    ),
);

/** Said for one site, or for all while none of them takes it: what has no effect is a mistake. */
export const commandHeeded = eachDeployment(({ source, config, isSure }, { name, placements }): readonly Finding[] => {
  const providerOf = (site: string): string | undefined => config.sites.find((each) => each.name === site)?.provider;
  const sites = placements.map(({ site }) => site).filter((site) => providerOf(site) !== undefined);
  if (!isSure(['deployments', name, 'sites'], ...sites.map((site) => ['sites', site, 'provider']))) return [];
  const deaf = sites.filter((site) => !startsCommands(providerOf(site)));
  const own = deaf.flatMap((site) =>
    keys.map((key) => ({ path: ['deployments', name, 'sites', site, key], what: `${key} at ${site}`, site })),
  );
  const [first] = deaf;
  const general =
    first === undefined || deaf.length < sites.length
      ? []
      : keys.map((key) => ({ path: ['deployments', name, key], what: `${key} of ${name}`, site: first }));
  return [...own, ...general]
    .filter(({ path }) => source.lineOf(path) !== undefined)
    .map(({ path, what, site }) =>
      source.findingAt(
        path,
        `${what} has no effect: ${providerOf(site)} starts no command`,
        'leave it out: machines there start the model server by themselves',
      ),
    );
});
