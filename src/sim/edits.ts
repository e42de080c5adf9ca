/** Somebody edits the configuration: a site is taken out for a while, and the program is begun anew with each edit. */
import type { Config } from '../model/config.ts';
import type { Random } from '../ports/random.ts';
import { oneOf } from './strikes.ts';
import type { World } from './world.ts';

/** Longest time until the site is put back, in milliseconds. */
const longestMs = 15_000;

/** Only a site that has no weight now and is to have none: where traffic is cannot be taken out. `isOver`: all is mended. */
export function editConfig(world: World, details: Random, isOver: () => boolean): void {
  const { config, gateway, schedule } = world;
  const [deployment] = config.deployments;
  if (world.edited !== config || deployment === undefined || gateway.entry === undefined) return;
  const { weights } = gateway.entry;
  const idle = config.sites.filter(({ name }) => (weights[name] ?? 0) === 0 && (deployment.weights[name] ?? 0) === 0);
  const site = oneOf(idle, details.next());
  if (site === undefined) return;
  begin(world, without(config, site.name));
  schedule.after(1000 + details.next() * longestMs, () => {
    if (!isOver()) restore(world);
  });
}

/** As it was written first. */
export function restore(world: World): void {
  if (world.edited !== world.config) begin(world, world.config);
}

function begin(world: World, config: Config): void {
  world.edited = config;
  for (const life of world.lives()) life.kill();
}

function without(config: Config, name: string): Config {
  return {
    ...config,
    digest: '000000000001',
    sites: config.sites.filter((each) => each.name !== name),
    deployments: config.deployments.map((each) => ({
      ...each,
      placements: each.placements.filter(({ site }) => site !== name),
      weights: Object.fromEntries(Object.entries(each.weights).filter(([site]) => site !== name)),
    })),
  };
}
