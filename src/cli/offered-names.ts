/** Names that completion looks up: of deployments and sites in the configuration, of operations in the store. */
import type { Config } from '../model/config.ts';
import { sanitize } from '../report/text/sanitize.ts';
import type { App } from './app.ts';
import type { Command, Suggestion } from './command.ts';
import { globalOptions } from './global-options.ts';
import { readForLooking } from './open-config.ts';

/** One word that may be typed, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly summary: string;
}

/** What stands on the line already. */
export interface Typed {
  readonly command: Command | undefined;
  readonly positional: readonly string[];
  /** By an option's flags. */
  readonly given: ReadonlyMap<string, string>;
  readonly app: App;
}

/** Operations, and runs of drills, that are offered, newest first. */
const mostOperations = 20;
const mostRuns = 20;

/** Of every kind asked for. A kind that cannot be read gives none: whoever presses Tab did not ask for an error. */
export async function offeredNames(suggests: readonly Suggestion[], typed: Typed): Promise<readonly Candidate[]> {
  const found = await Promise.all(suggests.map((each) => namesOf(each, typed).catch(() => [])));
  return found.flat().filter(({ word }) => isPlain(word));
}

/** What a shell would read as more than one word, or as more than a word, is not offered. */
function isPlain(word: string): boolean {
  return /^[\w.@%+/-]+$/.test(word);
}

async function namesOf(suggestion: Suggestion, typed: Typed): Promise<readonly Candidate[]> {
  switch (suggestion) {
    case 'deployment':
      return (await configOf(typed)).deployments.map(({ name, placements }) => ({
        word: name,
        summary: `at ${placements.map(({ site }) => sanitize(site, 40)).join(', ')}`,
      }));
    case 'site':
      return sitesFor(await configOf(typed), typed);
    case 'operation':
      return operationsOf(typed);
    case 'drill':
      return ((await configOf(typed)).drills ?? []).map(({ name, title, deployment }) => ({
        word: name,
        summary: sanitize(title ?? `a drill of ${deployment}`, 60),
      }));
    case 'run':
      return runsOf(typed);
    case 'code': {
      const { codePages } = await import('../report/text/code-pages.ts');
      return Object.entries(codePages).map(([word, { about }]) => ({ word, summary: `${about} code` }));
    }
    case 'cloud':
      return (await typed.app.errorTable('')).known.map((word) => ({ word, summary: '' }));
    case 'file':
      return [];
  }
}

function configOf({ given, app }: Typed): Promise<Config> {
  const path = given.get(globalOptions.config.flags);
  // Standard input is the terminal that somebody types at.
  if (path === '-') return Promise.reject(new Error('not read to complete a word'));
  return readForLooking(app, path);
}

/** Of the deployment that was typed, where one was. */
function sitesFor({ deployments, sites }: Config, { command, positional, given }: Typed): readonly Candidate[] {
  const inputs = [...Object.values(command?.arguments ?? {})];
  const index = inputs.findIndex((spec) => [spec.suggests].flat().includes('deployment'));
  const option = Object.values(command?.options ?? {}).find((spec) => [spec.suggests].flat().includes('deployment'));
  const name = index >= 0 ? positional[index] : option === undefined ? undefined : given.get(option.flags);
  const deployment = deployments.find((each) => each.name === name);
  if (deployment !== undefined)
    return deployment.placements.map(({ site, replicas, standby }) => ({
      word: site,
      summary: `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, ${standby}`,
    }));
  return sites.map((site) => ({ word: site.name, summary: site.provider }));
}

async function operationsOf(typed: Typed): Promise<readonly Candidate[]> {
  const store = await typed.app.openStore(await configOf(typed));
  try {
    const operations = await store.operations.list({ limit: mostOperations });
    const words = operations.map(({ id, plan, state }) => ({
      word: id,
      summary: sanitize(`${plan.trigger} ${plan.kind} of ${plan.deployment}, ${state}`, 60),
    }));
    return words.length === 0 ? [] : [{ word: 'last', summary: 'the newest operation' }, ...words];
  } finally {
    await store.close();
  }
}

async function runsOf(typed: Typed): Promise<readonly Candidate[]> {
  const [{ newestRuns }, records] = await Promise.all([
    import('./drill-runs.ts'),
    configOf(typed).then((config) => typed.app.drillRecords(config)),
  ]);
  const words: Candidate[] = [];
  for await (const { id, summary } of newestRuns(records, mostRuns))
    words.push({ word: id, summary: sanitize(`${summary.drill.name}, ${summary.verdict}`, 60) });
  return words.length === 0 ? [] : [{ word: 'last', summary: 'the newest run of a drill' }, ...words];
}
