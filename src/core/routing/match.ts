/** Finds the deployment a request is for. */
import type { RouteMatch } from '../../model/route.ts';

/** What a request says about where it wants to go. */
export interface RequestAddress {
  readonly host: string | undefined;
  readonly path: string;
  /** The `model` field of the body; undefined when it was not read or has none. */
  readonly model: string | undefined;
}

/** Host before longest path prefix before model; a route without any of the three takes what no other wants. */
export function matchRoute<T extends { readonly match: RouteMatch }>(
  routes: readonly T[],
  address: RequestAddress,
): T | undefined {
  let best: T | undefined;
  let bestScore = -1;
  for (const route of routes) {
    const score = scoreOf(route.match, address);
    if (score > bestScore) {
      best = route;
      bestScore = score;
    }
  }
  return best;
}

/** Whether the body must be read to tell the routes apart. */
export function needsModel(routes: readonly { readonly match: RouteMatch }[]): boolean {
  return routes.some(({ match }) => match.model !== undefined) && routes.length > 1;
}

/** −1: does not match. */
function scoreOf({ host, pathPrefix, model }: RouteMatch, address: RequestAddress): number {
  let score = 0;
  if (host !== undefined) {
    if (address.host !== host) return -1;
    score += 1_000_000;
  }
  if (pathPrefix !== undefined) {
    if (!isUnder(address.path, pathPrefix)) return -1;
    score += 10 + pathPrefix.length;
  }
  if (model !== undefined && address.model !== undefined) {
    if (address.model !== model) return -1;
    score += 5;
  }
  return score;
}

/** `/a` covers `/a`, `/a/b` and `/a?x`, not `/ab`. */
function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  const next = path[prefix.length];
  return prefix.endsWith('/') || next === undefined || next === '/' || next === '?';
}
