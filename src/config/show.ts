/** Prints a configuration: as written, or every value in force with where it comes from; secrets as ***. */
import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { Path } from './document.ts';
import { clean } from './finding.ts';
import type { LoadEnd } from './load.ts';

type Loaded = Extract<LoadEnd, { kind: 'loaded' }>;

export interface ShownValue {
  readonly path: string;
  readonly value: unknown;
  /** `godwit.yaml:41`, or `default`. */
  readonly from: string;
}

const hidden = '***';

/** The file's values, secrets hidden. */
export function showConfig({ source, secret }: Loaded): string {
  return stringify(hide(source.value, [], secret));
}

/** One value a line, in the order of the tree. */
export function showResolved(loaded: Loaded): string {
  return resolvedValues(loaded)
    .map(({ path, value, from }) => `${clean(path)}: ${clean(JSON.stringify(value))}  # ${from}`)
    .join('\n');
}

/** Every leaf of the tree in force. */
export function resolvedValues({ tree, source, secret, config }: Loaded): readonly ShownValue[] {
  const file = config.path === '-' ? 'standard input' : basename(config.path);
  const found: ShownValue[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key]);
      return;
    }
    const line = source.lineOf(path) ?? inheritedLine(source, path);
    const isSecret = secret.some((each) => each === path.join('.') || each.startsWith(`${path.join('.')}.`));
    found.push({
      path: path.join('.'),
      value: isSecret ? hidden : value,
      from: line === undefined ? 'default' : `${file}:${line}`,
    });
  };
  walk(tree, []);
  return found;
}

/** A deployment's probe, failover and drain may come from the top level; a site's command from its deployment. */
function inheritedLine(source: Loaded['source'], path: Path): number | undefined {
  if (path[0] !== 'deployments') return undefined;
  const [, name = '', part, , ...rest] = path;
  return part === 'sites' ? source.lineOf(['deployments', name, ...rest]) : source.lineOf(path.slice(2));
}

function hide(value: unknown, path: Path, secret: readonly string[]): unknown {
  if (secret.includes(path.join('.'))) return hidden;
  if (Array.isArray(value)) return value.map((each, index) => hide(each, [...path, index], secret));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, [...path, key], secret)]));
}
