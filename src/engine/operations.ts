/** Opens an operation, or takes up the one an earlier holder of the lease left open. */
import { makePlan } from '../core/plan/plan.ts';
import type { Action } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { Context } from './context.ts';
import { warmUp } from './warm-up.ts';

/**
 * Plans the action and records it before anything changes; from here on a crash resumes it. Undefined when the person who
 * asked for it has taken the request back.
 */
export async function openOperation(ctx: Context, action: Action): Promise<Operation | undefined> {
  const { clock, random, actor, store } = ctx.deps;
  const { requestId } = action;
  if (requestId !== undefined && (await store.operations.getRequest(requestId))?.answer !== undefined) return undefined;
  const operation: Operation = {
    id: `op-${random.id(6)}`,
    plan: makePlan(action, ctx.view(), clock.nowMs()),
    state: 'planned',
    by: actor,
    epoch: ctx.grip.epoch,
    openedAtMs: clock.nowMs(),
    endedAtMs: undefined,
    step: 0,
    error: undefined,
  };
  await ctx.journal.append({ kind: 'operation', operation });
  ctx.journal.tell({ type: 'operation', operation });
  if (requestId !== undefined)
    await store.operations.answer(requestId, { kind: 'accepted', operationId: operation.id });
  return operation;
}

/** The open operation under our own epoch, once enough was seen to judge its next step; none when the signal fires first. */
export async function reopenOperation(ctx: Context, signal: AbortSignal): Promise<Operation | undefined> {
  const { store, actor } = ctx.deps;
  const [found] = await store.operations.list({ deployment: ctx.deployment.name, open: true, limit: 1 });
  if (found === undefined) return undefined;
  await warmUp(ctx, AbortSignal.any([signal, ctx.grip.lost]));
  if (signal.aborted) return undefined;
  const operation = { ...found, epoch: ctx.grip.epoch, by: actor };
  await ctx.journal.append({ kind: 'operation', operation });
  ctx.journal.tell({ type: 'operation', operation });
  // An accepted request whose answer a crash swallowed is answered now: the plan names it.
  const { requestId } = found.plan;
  if (requestId !== undefined) await store.operations.answer(requestId, { kind: 'accepted', operationId: found.id });
  return operation;
}
