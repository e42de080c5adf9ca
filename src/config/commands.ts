/**
 * Where a deployment's command, image and environment count: the provider of this machine starts commands, those of clouds
 * give their machines an image to run, or leave the machine to what its template brings.
 */
import type { Placement } from '../model/deployment.ts';
import type { Finding } from './finding.ts';
import { eachDeployment } from './rule.ts';

/** Whether sites of this provider start what `command` says. */
export function startsCommands(provider: string | undefined): boolean {
  return provider === 'local';
}

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

const keys = ['command', 'image', 'args', 'gpu', 'env'] as const;
type Key = (typeof keys)[number];

interface Place {
  readonly site: string;
  readonly provider: string;
  readonly isProcess: boolean;
  readonly hasImage: boolean;
}

function heeds(key: Key, { isProcess, hasImage }: Place): boolean {
  switch (key) {
    case 'command':
      return isProcess;
    case 'image':
      return !isProcess;
    case 'args':
    case 'gpu':
      return !isProcess && hasImage;
    case 'env':
      return isProcess || hasImage;
  }
}

/** Said for one site, or for all while none of them takes it: what has no effect is a mistake. */
export const launchHeeded = eachDeployment(({ source, config, isSure }, { name, placements }): readonly Finding[] => {
  const providerOf = (site: string): string | undefined => config.sites.find((each) => each.name === site)?.provider;
  const places = placements.flatMap((placement) => placeOf(placement, providerOf(placement.site)) ?? []);
  if (!isSure(['deployments', name, 'sites'], ...places.map(({ site }) => ['sites', site, 'provider']))) return [];
  const [first] = places;
  const own = places.flatMap((place) =>
    keys.map((key) => ({
      key,
      at: ['deployments', name, 'sites', place.site],
      where: `at ${place.site}`,
      places: [place],
    })),
  );
  const general = keys.map((key) => ({ key, at: ['deployments', name], where: `of ${name}`, places }));
  if (first === undefined || !isSure(['deployments', name, 'image'])) return [];
  return [...own, ...general]
    .filter(
      ({ key, at, places: all }) => source.lineOf([...at, key]) !== undefined && !all.some((each) => heeds(key, each)),
    )
    .map(({ key, at, where, places: [place = first] }) => {
      const other = key === 'command' ? 'image' : 'command';
      const isTwofold = (key === 'command' || key === 'image') && source.lineOf([...at, other]) !== undefined;
      const start = isTwofold ? `${key} ${where} contradicts its ${other}` : `${key} ${where} has no effect`;
      return source.findingAt([...at, key], `${start}: ${reasonFor(key, place)}`, remedyFor(key, place));
    });
});

function placeOf({ site, launch }: Placement, provider: string | undefined): Place | undefined {
  if (provider === undefined) return undefined;
  return { site, provider, isProcess: startsCommands(provider), hasImage: launch.container !== undefined };
}

function reasonFor(key: Key, { provider, isProcess, hasImage }: Place): string {
  if (isProcess) return `${provider} starts no container`;
  return (key === 'args' || key === 'gpu') && !hasImage ? 'no image is named' : `${provider} starts no command`;
}

function remedyFor(key: Key, { isProcess, hasImage }: Place): string {
  if (isProcess)
    return key === 'image'
      ? 'write what starts the server as its command; an image is for sites in a cloud'
      : 'write it into the command';
  if (hasImage) return 'leave it out: machines there run the image';
  return key === 'command'
    ? 'leave it out: machines there start the model server by themselves, or the image that you name'
    : 'name the image that it is for, or leave it out: machines there start the model server by themselves';
}
