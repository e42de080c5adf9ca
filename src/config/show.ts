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

/** Every leaf of the tree in force; a list is one unless it holds maps, each of which may have defaults of its own. */
export function resolvedValues({ tree, source, secret, config }: Loaded): readonly ShownValue[] {
  const file = config.path === '-' ? 'standard input' : basename(config.path);
  const found: ShownValue[] = [];
  const walk = (value: unknown, path: Path): void => {
    const parts = partsOf(value);
    if (parts !== undefined) {
      for (const [key, each] of parts) walk(each, [...path, key]);
      return;
    }
    const origin = originsOf(path).find((each) => source.lineOf(each) !== undefined);
    const line = origin && source.lineOf(origin);
    const at = origin?.join('.') ?? '';
    const isSecret = secret.some((each) => each === at || each.startsWith(`${at}.`));
    found.push({
      path: path.join('.'),
      value: origin !== undefined && isSecret ? hidden : value,
      from: line === undefined ? 'default' : `${file}:${line}`,
    });
  };
  walk(tree, []);
  return found;
}

/** Undefined for a leaf. */
function partsOf(value: unknown): readonly (readonly [string | number, unknown])[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!Array.isArray(value)) return Object.entries(value);
  return value.some((each) => partsOf(each) !== undefined) ? [...value.entries()] : undefined;
}

/**
 * Where a value in force may be written, the winner first. A deployment's probe, failover and drain may come from the top
 * level, a site's command from its deployment, a route's model from the deployment's: a secret stays one on its way.
 */
function originsOf(path: Path): readonly Path[] {
  const [top, second = '', third, , ...rest] = path;
  if (top === 'traffic' && third !== undefined && path[4] === undefined && path[3] === 'model')
    return [path, ['deployments', third, 'model']];
  if (top !== 'deployments') return [path];
  return [path, third === 'sites' ? ['deployments', second, ...rest] : path.slice(2)];
}

function hide(value: unknown, path: Path, secret: readonly string[]): unknown {
  if (secret.includes(path.join('.'))) return hidden;
  if (Array.isArray(value)) return value.map((each, index) => hide(each, [...path, index], secret));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, [...path, key], secret)]));
}
