/** The configuration a command works with, or the error that names every mistake in it. */
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { App } from './app.ts';
import { closest } from './closest.ts';
import type { Globals } from './command.ts';

/** Throws `ConfigNotFound` or `ConfigInvalid`; the message of the latter holds all findings. */
export async function openConfig(app: App, globals: Globals): Promise<Config> {
  const reading = await app.config.read(globals.config);
  if (reading.kind === 'valid') return reading.config;
  throw new GodwitError('ConfigInvalid', `the configuration has mistakes\n${reading.text}`, {
    hint: 'correct them, then `godwit config validate`',
    details: { findings: reading.findings },
  });
}

/** The deployment of this name. Throws `NotFound` with the nearest known one. */
export function findDeployment(config: Config, name: string): Deployment {
  const found = config.deployments.find((deployment) => deployment.name === name);
  if (found !== undefined) return found;
  const known = config.deployments.map((deployment) => deployment.name);
  throw new GodwitError('NotFound', `there is no deployment "${name}" in ${config.path}`, { hint: guess(name, known) });
}

/** The name of a site the deployment is placed at. Throws `NotFound` with the nearest known one. */
export function findSite(deployment: Deployment, name: string): string {
  const known = deployment.placements.map((placement) => placement.site);
  if (known.includes(name)) return name;
  throw new GodwitError('NotFound', `${deployment.name} has no site "${name}"`, { hint: guess(name, known) });
}

function guess(name: string, known: readonly string[]): string {
  const near = closest(name, known);
  const all = known.slice(0, 10).join(', ');
  return near === undefined ? `known: ${all}` : `did you mean "${near}"?  known: ${all}`;
}
