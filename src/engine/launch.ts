/** Starts the slots of a step at its site, one after the other. */
import type { Reply } from '../model/outcome.ts';
import type { StepEffect } from '../model/plan.ts';
import { askStart } from './ask-start.ts';
import type { WriteTerms } from './attempt.ts';
import type { Context, StepRef } from './context.ts';
import { type EffectTerms, mayPass } from './effect-terms.ts';

/** Each slot is an effect of its own. */
export async function launch(
  ctx: Context,
  at: StepRef,
  step: StepEffect & { kind: 'launch' },
  { refusals, held, unsettled, ...terms }: WriteTerms & Pick<EffectTerms, 'refusals' | 'held' | 'unsettled'>,
): Promise<Reply<void>> {
  const { site } = step;
  let worst: Reply<void> = { kind: 'done', value: undefined };
  for (const [index, slot] of step.slots.entries()) {
    const before = refusals.get(String(slot));
    if (before !== undefined) {
      if (worst.kind === 'done') worst = before;
      continue;
    }
    const replicas = step.slots.length - index;
    const idempotencyKey = `${terms.idempotencyKey}/${slot}`;
    const part = String(slot);
    const ask = { site, slot, part, terms: { ...terms, idempotencyKey }, replicas, unsettled, held };
    const { reply } = await askStart(ctx, at, ask);
    if (reply.kind === 'refused' && !step.bestEffort) return reply;
    if (reply.kind === 'refused' && !mayPass(reply.error)) refusals.set(part, reply);
    // A lost answer may yet be settled by asking again; a refusal stands.
    if (reply.kind === 'unknown' || (reply.kind === 'refused' && worst.kind === 'done')) worst = reply;
  }
  return worst;
}
