/** The configuration a command works with, or the error that names every mistake in it. */
import { suggestion } from '../config/nearest.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Drill } from '../model/drill.ts';
import type { App } from './app.ts';
import type { Globals } from './command.ts';

/** Throws `ConfigNotFound` or `ConfigInvalid`; the message of the latter holds all findings. */
export function openConfig(app: App, globals: Globals): Promise<Config> {
  return open(app, globals.config, { isForUse: true });
}

/** The same without its secrets: nothing will be contacted. */
export function readForLooking(app: App, path: string | undefined): Promise<Config> {
  return open(app, path, { isForUse: false });
}

async function open(app: App, path: string | undefined, how: { readonly isForUse: boolean }): Promise<Config> {
  const reading = await app.config.read(path, how);
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
  throw new GodwitError('NotFound', `there is no deployment "${name}" in ${config.path}`, hintFor(name, known));
}

/** The only one, or the one of this name. Throws `UsageInvalid`, `NotFound`. */
export function onlyDeployment(config: Config, name: string | undefined): Deployment {
  if (name !== undefined) return findDeployment(config, name);
  const [only, ...others] = config.deployments;
  if (only !== undefined && others.length === 0) return only;
  throw new GodwitError('UsageInvalid', `${config.path} has ${config.deployments.length} deployments: name one`, {
    hint: `--deployment ${only?.name ?? '<name>'}`,
  });
}

/** One by its name, or with `--all` every one: naming none never means all. Throws `UsageInvalid`, `NotFound`. */
export function chooseDeployments(config: Config, name: string | undefined, isAll: boolean): readonly Deployment[] {
  if (name !== undefined && isAll) throw new GodwitError('UsageInvalid', 'name a deployment, or say --all, not both');
  if (name !== undefined) return [findDeployment(config, name)];
  if (isAll) return config.deployments;
  throw new GodwitError('UsageInvalid', 'which deployment? Name one, or say --all', {
    hint: config.deployments
      .map((each) => each.name)
      .slice(0, 8)
      .join(', '),
  });
}

/** The name of a site the deployment is placed at. Throws `NotFound` with the nearest known one. */
export function findSite(deployment: Deployment, name: string): string {
  const known = deployment.placements.map((placement) => placement.site);
  if (known.includes(name)) return name;
  throw new GodwitError('NotFound', `${deployment.name} has no site "${name}"`, hintFor(name, known));
}

/** The drill of this name. Throws `NotFound` with the nearest known one. */
export function findDrill({ drills = [], path }: Config, name: string): Drill {
  const found = drills.find((drill) => drill.name === name);
  if (found !== undefined) return found;
  throw new GodwitError(
    'NotFound',
    `there is no drill "${name}" in ${path}`,
    hintFor(
      name,
      drills.map((drill) => drill.name),
    ),
  );
}

function hintFor(name: string, known: readonly string[]): { readonly hint: string } {
  return { hint: suggestion(name, known) ?? `there are ${known.length}; \`godwit config show\` lists them` };
}
