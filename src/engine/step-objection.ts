/** What stands against a step at this moment: rules, or weights that somebody else has set. */
import { planStale } from '../core/moved.ts';
import { checkStep } from '../core/safety.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { ReasonCode } from '../model/reason.ts';
import type { StepSight } from '../model/step-sight.ts';
import { sameWeights } from '../model/weights.ts';
import { weightsText } from '../model/words.ts';
import type { Context, StepRef } from './context.ts';

/** What the safety rules say against the step now; not `invalid` once it has begun, for what became of that is not known. */
export function objection(ctx: Context, { operation, step }: StepRef, hasBegun: boolean): ProviderError | undefined {
  const reasons = checkStep(ctx.view(), operation.plan, step, ctx.deps.clock.nowMs());
  const first = reasons.find(({ code }) => !isOnlyUnseen(code));
  const kind = hasBegun ? 'conflict' : 'invalid';
  return first === undefined ? undefined : { class: kind, code: first.code, message: first.message };
}

/** Not seeing the gateway is no reason to give a stop up: the stop reads it anew and waits until it is seen. */
function isOnlyUnseen(code: ReasonCode): boolean {
  return code === 'DriverUnreachable';
}

/**
 * Weights that are neither those the plan started from nor any of its own were set by somebody else since. While the
 * gateway is not seen those that were taken over last count.
 */
export function staleness(
  ctx: Context,
  { operation: { plan }, step }: StepRef,
  sight: StepSight | undefined,
  hasBegun: boolean,
): ProviderError | undefined {
  // A fence writes the weights that the plan ends with once more.
  if (step.kind !== 'weigh' && step.kind !== 'fence') return undefined;
  const route = sight?.route;
  if (route?.kind === 'seen' && route.value === undefined) return undefined;
  const weights = (route?.kind === 'seen' ? route.value?.weights : undefined) ?? ctx.routes.weights();
  const own = [plan.before, ...plan.steps.flatMap((each) => (each.kind === 'weigh' ? [each.weights] : []))];
  if (own.some((each) => sameWeights(each, weights))) return undefined;
  const message = `the weights are ${weightsText(weights)}: changed since the plan was made`;
  return { class: hasBegun ? 'conflict' : 'invalid', code: planStale, message };
}
