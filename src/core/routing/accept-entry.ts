/** Whether a route entry may replace the one in force: fenced by epoch and version, whole, and within limits. */
import type { Pin } from '../../model/pin.ts';
import type { RouteEntry, Weights } from '../../model/route.ts';
import { sameWeights } from '../../model/weights.ts';

/** The highest numbers ever seen for a deployment; they never go back, also across restarts. */
export interface Fence {
  readonly epoch: number;
  readonly routeVersion: number;
}

/** Whether an entry takes the place of the one in force; `stale`: somebody newer has written, `pinned`: a person holds the weights. */
export type Acceptance =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: 'stale' | 'pinned' | 'invalid'; readonly message: string };

const maxSites = 100;
const maxReplicasPerSite = 1000;

/**
 * The same entry again is a repeated write and accepted; anything older is stale, and so is another table under the numbers
 * of the one in force (`current`): somebody else took them first. While a person's pin stands the weights stay; with nothing
 * in force there are none to keep, and users come first.
 */
export function acceptEntry(fence: Fence | undefined, entry: RouteEntry, current?: RouteEntry, pin?: Pin): Acceptance {
  if (fence !== undefined && entry.epoch < fence.epoch)
    return stale(`epoch ${entry.epoch} is older than ${fence.epoch}`);
  // Before the version: a pin that returned took one, and who did not see that yet is not to think of another writer.
  if (pin !== undefined && current !== undefined && !sameWeights(current.weights, entry.weights)) return pinned(pin);
  if (fence !== undefined && entry.routeVersion < fence.routeVersion)
    return stale(`route version ${entry.routeVersion} is older than ${fence.routeVersion}`);
  if (current !== undefined && current.epoch === entry.epoch && current.routeVersion === entry.routeVersion) {
    if (JSON.stringify(current) !== JSON.stringify(entry))
      return stale(`route version ${entry.routeVersion} is another table's already`);
  }
  const against = defectOf(entry);
  return against === undefined ? { kind: 'accepted' } : { kind: 'refused', code: 'invalid', message: against };
}

function stale(message: string): Acceptance {
  return { kind: 'refused', code: 'stale', message };
}

function pinned({ number, kind, by, reason }: Pin): Acceptance {
  const why = reason === undefined ? 'no reason given' : reason;
  return {
    kind: 'refused',
    code: 'pinned',
    message: `${by.name} on ${by.host} pinned the weights (${kind}, pin ${number}): ${why}`,
  };
}

/**
 * What the writer says was in force before its operation: nobody routes by it, so what is not whole over the listed sites
 * is ignored, not refused. The weights that are in force themselves are nothing to go back to.
 */
export function beforeOf({ before, weights, sites }: RouteEntry): Weights | undefined {
  if (before === undefined || sameWeights(before, weights)) return undefined;
  const names = new Set(sites.map(({ site }) => site));
  const isWhole = Object.keys(before).every((site) => names.has(site)) && defectOfWeights(before) === undefined;
  return isWhole ? before : undefined;
}

function defectOf({ weights, sites, spill }: RouteEntry): string | undefined {
  if (sites.length > maxSites) return `more than ${maxSites} sites`;
  if (sites.some(({ replicas }) => replicas.length > maxReplicasPerSite))
    return `more than ${maxReplicasPerSite} replicas at a site`;
  const noAddress = sites.flatMap(({ replicas }) => replicas).find(({ url }) => !isAddress(url));
  if (noAddress !== undefined) return `${noAddress.id} has no http address: ${noAddress.url}`;
  const names = new Set(sites.map(({ site }) => site));
  if (names.size !== sites.length) return 'a site is named twice';
  const stranger = [...Object.keys(weights), ...spill.map(({ site }) => site)].find((site) => !names.has(site));
  if (stranger !== undefined) return `${stranger} has a weight or a place in the spill order and is not listed`;
  return defectOfWeights(weights);
}

function defectOfWeights(weights: Weights): string | undefined {
  const values = Object.values(weights);
  if (values.some((weight) => !Number.isInteger(weight) || weight < 0)) return 'weights are whole percents';
  const sum = values.reduce((total, weight) => total + weight, 0);
  return sum === 100 ? undefined : `weights sum to ${sum}, not 100`;
}

/** Scheme, host and port alone: a connection pool cannot be made for anything more. */
function isAddress(url: unknown): boolean {
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return false;
  const parsed = URL.parse(url);
  return parsed !== null && parsed.pathname === '/' && parsed.search === '' && parsed.hash === '';
}
