/** Says once, a while before, that a person's move ends: nobody should be surprised by traffic that goes back. */

import { shiftOf } from '../core/standing.ts';
import { sameWeights } from '../model/weights.ts';
import type { Context } from './context.ts';

/** Keeps what was said: the same end is announced once by one holder of the lease. */
export function createExpiryNotice(ctx: Context): () => void {
  let told = '';
  return () => {
    const view = ctx.view();
    const shift = shiftOf(view);
    if (shift?.untilMs === undefined || !sameWeights(view.inForce, shift.after)) return;
    const leftMs = shift.untilMs - ctx.deps.clock.nowMs();
    const key = `${shift.operationId} ${shift.untilMs}`;
    if (leftMs <= 0 || leftMs > ctx.deployment.failover.manual.warnBeforeMs || key === told) return;
    told = key;
    const { operationId, by } = shift;
    const message = `manual move ${operationId} by ${by.name} ends in ${Math.ceil(leftMs / 60_000)}m and returns if the origin is healthy. Keep: godwit op extend ${operationId} --expires 2h`;
    ctx.journal.tell({ type: 'warning', message });
  };
}
