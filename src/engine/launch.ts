/** Starts the slots of a step at its site, one after the other; what was granted and is lost is asked for again. */
import { isLaunchLost } from '../core/launch-lost.ts';
import { assert } from '../errors.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Step, StepEffect } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import { askStart } from './ask-start.ts';
import type { WriteTerms } from './attempt.ts';
import type { Context, StepRef } from './context.ts';
import { type EffectTerms, type LaunchMemory, mayPass } from './effect-terms.ts';

type LaunchTerms = WriteTerms &
  Pick<EffectTerms, 'refusals' | 'held' | 'unsettled'> & { readonly memory: LaunchMemory };

/** Each slot is an effect of its own. */
export async function launch(
  ctx: Context,
  at: StepRef,
  step: StepEffect & { kind: 'launch' },
  { refusals, held, unsettled, memory, ...terms }: LaunchTerms,
): Promise<Reply<void>> {
  const { site, market } = step;
  let worst: Reply<void> = { kind: 'done', value: undefined };
  for (const [index, slot] of step.slots.entries()) {
    if (memory.granted.has(slot)) continue;
    const before = refusals.get(String(slot));
    if (before !== undefined) {
      if (worst.kind === 'done') worst = before;
      continue;
    }
    const replicas = step.slots.length - index;
    const idempotencyKey = `${terms.idempotencyKey}/${slot}`;
    const part = String(slot);
    const own = market === undefined ? {} : { market };
    const ask = { site, slot, ...own, part, terms: { ...terms, idempotencyKey }, replicas, unsettled, held };
    const { reply } = await askStart(ctx, at, ask);
    const { clock } = ctx.deps;
    if (reply.kind === 'done') memory.granted.set(slot, { atMs: clock.nowMs(), atMonoMs: clock.monoMs() });
    if (reply.kind === 'refused' && !step.bestEffort) return reply;
    if (reply.kind === 'refused' && !mayPass(reply.error)) refusals.set(part, reply);
    // A lost answer may yet be settled by asking again; a refusal stands.
    if (reply.kind === 'unknown' || (reply.kind === 'refused' && worst.kind === 'done')) worst = reply;
  }
  return worst;
}

/**
 * Clouds accept a launch and fail it later. The same key, asked again, is told why, or gets the next offer; until that is
 * known the slot counts as one whose try had no certain end.
 */
export function takeBackLost(
  { deps }: Context,
  { step, operation, index }: StepRef,
  listed: Seen<readonly Replica[]>,
  { launch: { granted, gone, lost }, unsettled }: Pick<EffectTerms, 'launch' | 'unsettled'>,
): void {
  if (step.kind !== 'launch' || listed.kind === 'unknown') return;
  const provider = deps.providers.get(step.site);
  assert(provider !== undefined, `nothing can be launched at ${step.site}`);
  for (const [slot, { atMs, atMonoMs }] of [...granted]) {
    const launched = { slot, startKey: `${operation.id}/${index}/${slot}`, atMs };
    if (!isLaunchLost(launched, listed, { listLagMs: provider.listLagMs, gone })) continue;
    for (const each of listed.value) if (each.slot === slot && each.state === 'gone') gone.add(each.bootId);
    granted.delete(slot);
    unsettled.set(String(slot), atMonoMs);
    lost.add(slot);
  }
}

/** Something of a launch that was granted whole has to be asked for again. */
export function isTakenBack(step: Step, { granted }: LaunchMemory): boolean {
  return step.kind === 'launch' && step.slots.some((slot) => !granted.has(slot));
}
