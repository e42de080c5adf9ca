/** Replicas that carry our tag and that nothing on record accounts for. */
import type { Placement } from '../model/deployment.ts';
import type { OrphanWhy } from '../model/orphan.ts';
import type { Replica } from '../model/replica.ts';
import type { Standing } from '../model/standing.ts';
import { hasSlot } from './slots.ts';

/** The operation whose launch made it: the key of a start is `operation/step/slot`. */
export function startedBy({ startKey }: Replica): string {
  return startKey.split('/')[0] ?? '';
}

/** Why it is nobody's; undefined when it is ours. `isKnown`: the operation that started it is on record. */
export function orphanWhy(
  replica: Replica,
  isKnown: boolean,
  placement: Placement | undefined,
  standing: readonly Standing[],
): OrphanWhy | undefined {
  // Gone and still billed: a launch that failed may leave its disk behind.
  if (replica.state === 'gone' && replica.billed === 'no') return undefined;
  const isAdopted = standing.some(
    (each) => each.kind === 'adopted' && each.replica === replica.id && each.site === replica.site,
  );
  if (isAdopted) return undefined;
  if (!isKnown) return 'operation-unknown';
  return placement === undefined || !hasSlot(placement, replica.slot) ? 'beyond-placement' : undefined;
}
