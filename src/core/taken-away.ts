/** Replicas that an operation took away: clouds list what is gone for an hour or so, and that it is gone is no bad news. */
import type { Operation } from '../model/operation.ts';
import type { Replica } from '../model/replica.ts';
import type { View } from '../model/view.ts';
import { hasSlot, keptBy } from './slots.ts';

/** By a trim that has begun since it was started. */
export function isTakenAway({ open, recent }: Pick<View, 'open' | 'recent'>, replica: Replica): boolean {
  if (replica.state !== 'gone') return false;
  return (open !== undefined && hasTrimmed(open, replica)) || recent.some((each) => hasTrimmed(each, replica));
}

function hasTrimmed({ plan, step, state, endedAtMs }: Operation, { site, slot, startedAtMs }: Replica): boolean {
  const index = plan.steps.findIndex(
    (each) => each.kind === 'trim' && each.site === site && !hasSlot(keptBy(each), slot),
  );
  if (index < 0 || (endedAtMs !== undefined && endedAtMs < startedAtMs)) return false;
  // While it is open its record may name a step before the present one, but not another state.
  return endedAtMs === undefined ? state === 'shifting' : step >= index;
}
