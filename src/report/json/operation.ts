/** One operation for machines. */
import type { Operation } from '../../model/operation.ts';
import { iso } from '../text/time.ts';

/** Base units, ratios 0–1, times in ISO 8601. */
export function operationJson(operation: Operation) {
  const { plan, order } = operation;
  return {
    id: operation.id,
    kind: plan.kind,
    deployment: plan.deployment,
    trigger: plan.trigger,
    state: operation.state,
    outcome: operation.endedAtMs === undefined ? null : operation.state,
    openedAt: iso(operation.openedAtMs),
    endedAt: operation.endedAtMs === undefined ? null : iso(operation.endedAtMs),
    step: operation.step,
    steps: plan.steps.length,
    from: plan.from ?? null,
    before: ratios(plan.before),
    after: ratios(plan.after),
    ...(plan.scale === undefined ? {} : { scale: plan.scale }),
    because: plan.because,
    by: operation.by,
    epoch: operation.epoch,
    error: operation.error ?? null,
    order:
      order === undefined ? null : { ...order, atMs: undefined, at: iso(order.atMs), reason: order.reason ?? null },
  };
}

/** Shares 0–1 by site. */
export function ratios(weights: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).map(([site, weight]) => [site, weight / 100]));
}
