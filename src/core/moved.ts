/** Whether an operation moved the weights, as far as its record says. */
import { moveKinds, type Operation } from '../model/operation.ts';
import { pinnedCode } from '../model/pin.ts';
import type { Plan } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';

/** The code of a step refused because somebody else moved the weights meanwhile: they are left as they are. */
export const planStale = 'PlanStale';

/** States of an operation that has moved traffic, or may have. */
const movedStates: ReadonlySet<string> = new Set(['verifying', 'returning', 'done', 'returned', 'unknown']);

/** Whether it moved traffic, or may have: one that ended before it moved anything spends no budget. */
export function hasMoved(operation: Operation): boolean {
  const { plan, state, step, error } = operation;
  if (isStill(plan)) return false;
  const hasReached = plan.steps.slice(0, step).some(({ kind }) => kind === 'weigh');
  if (movedStates.has(state) || hasReached) return true;
  // It failed or was held in the middle of a move; only what was refused before its first try has surely changed nothing.
  return state === 'failed' && plan.steps[step]?.kind === 'weigh' && error?.class !== 'invalid';
}

/** It is of a kind that leaves the weights alone, or empties a site that has none. */
function isStill({ kind, steps }: Plan): boolean {
  if (kind === 'drain') return steps.every((step) => step.kind !== 'weigh');
  return !moveKinds.some((each) => each === kind);
}

/** A refusal of a step's very first try: a pin that it met let nothing move, as with a rule's refusal. */
export function ofFirstTry(error: ProviderError): ProviderError {
  return error.code === pinnedCode ? { ...error, class: 'invalid' } : error;
}
