/** Whether an operation moved the weights, as far as its record says. */
import type { Operation } from '../model/operation.ts';
import { pinnedCode } from '../model/pin.ts';
import type { ProviderError } from '../model/provider-error.ts';

/** The code of a step refused because somebody else moved the weights meanwhile: they are left as they are. */
export const planStale = 'PlanStale';

/** States of an operation that has moved traffic, or may have. */
const movedStates: ReadonlySet<string> = new Set(['verifying', 'returning', 'done', 'returned', 'unknown']);

/** Whether it moved traffic, or may have: one that ended before it moved anything spends no budget. */
export function hasMoved(operation: Operation): boolean {
  const { plan, state, step, error } = operation;
  const hasReached = plan.steps.slice(0, step).some(({ kind }) => kind === 'weigh');
  if (movedStates.has(state) || hasReached) return true;
  // It failed in the middle of a move; only what was refused before its first try has surely changed nothing.
  return state === 'failed' && plan.steps[step]?.kind === 'weigh' && error?.class !== 'invalid';
}

/** A refusal of a step's very first try: a pin that it met let nothing move, as with a rule's refusal. */
export function ofFirstTry(error: ProviderError): ProviderError {
  return error.code === pinnedCode ? { ...error, class: 'invalid' } : error;
}
