/** A replica that nothing on record accounts for, for machines. */
import type { Orphan } from '../../model/orphan.ts';
import { iso } from '../text/time.ts';

/** `serving` is null while the gateway is not seen. */
export function orphanJson({ replica, why, isServing }: Orphan) {
  const { id, deployment, site, slot, state, billed, startedAtMs, startKey } = replica;
  return {
    id,
    deployment,
    site,
    slot,
    state,
    billed,
    startedAt: iso(startedAtMs),
    startKey,
    why,
    serving: isServing ?? null,
  };
}
