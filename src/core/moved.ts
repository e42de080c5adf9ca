/** What an operation did to the weights, as far as its record says. */
import type { Operation } from '../model/operation.ts';
import type { Weights } from '../model/route.ts';

/** The code of a step refused because somebody else moved the weights meanwhile: they are left as they are. */
export const planStale = 'PlanStale';

/** States of an operation that has moved traffic, or may have. */
const movedStates: ReadonlySet<string> = new Set(['verifying', 'returning', 'done', 'returned', 'unknown']);

/** Whether it moved traffic, or may have: one that ended before it moved anything spends no budget. */
export function hasMoved(operation: Operation): boolean {
  const { plan, state, step, error } = operation;
  if (movedStates.has(state) || reachedWeights(operation) !== undefined) return true;
  // It failed in the middle of a move; only what was refused before its first try has surely changed nothing.
  return (
    state === 'failed' && plan.steps[step]?.kind === 'weigh' && error?.class !== 'invalid' && error?.code !== planStale
  );
}

/** The weights it left in force, or has put in force so far; those it found when it changed none. */
export function weightsLeftBy(operation: Operation): Weights {
  const { plan, state } = operation;
  if (state === 'done') return plan.after;
  return state === 'returned' ? plan.before : (reachedWeights(operation) ?? plan.before);
}

/** Those of its last step of weights before the one in progress. */
function reachedWeights({ plan, step }: Operation): Weights | undefined {
  const reached = plan.steps.slice(0, step).findLast(({ kind }) => kind === 'weigh');
  return reached?.kind === 'weigh' ? reached.weights : undefined;
}
