/** I4, I9, I12: who gets no new requests while its site has weight. */
import type { RouteEntry } from '../model/route.ts';
import { isTrimmed } from './oracle-trim.ts';
import type { Watched } from './oracles.ts';

/** What broke so lately may not have been noticed yet, in milliseconds. */
const unseenMs = 15_000;

/** Only what was announced drains, or is taken away; of the former never more than are left of its site, and only while something else with weight may serve. */
export function checkDrained({ ghost, clouds }: Watched, { weights, sites }: RouteEntry): void {
  const inUse = sites.filter(({ site }) => (weights[site] ?? 0) > 0);
  const draining = inUse.flatMap(({ site, replicas }) =>
    replicas.filter(({ state }) => state === 'draining').map(({ id }) => ({ site, id })),
  );
  const isTaken = (site: string, id: string): boolean => {
    const slot = clouds.get(site)?.servers.get(id)?.replica.slot;
    return slot !== undefined && isTrimmed(ghost, site, slot);
  };
  const told = draining.filter(({ site, id }) => !isTaken(site, id));
  for (const { site, id } of told)
    if (clouds.get(site)?.announced.has(id) !== true)
      ghost.violate('I9', `${id} of ${site} drains, and nothing was announced for it`);
  for (const { site, replicas } of inUse) {
    const count = told.filter((each) => each.site === site).length;
    if (count > replicas.length - count)
      ghost.violate('I12', `${count} of ${replicas.length} replicas in use at ${site} drain`);
  }
  const mayServe = inUse.filter(({ replicas }) => replicas.some(({ state }) => state !== 'draining'));
  const isServed = mayServe.some(
    ({ site }) => ghost.hasServedWithin(site, unseenMs) || ghost.wasProvableWithin(site, unseenMs),
  );
  if (draining.length > 0 && !isServed)
    ghost.violate('I4', `${draining.map(({ id }) => id).join()} drain, and nothing else with weight serves`);
}
