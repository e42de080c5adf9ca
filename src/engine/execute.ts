/** Carries out a plan step by step: the only place that changes the world. Also after a crash, from where it stood. */

import { assert, GodwitError } from '../errors.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation, OperationState } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Context } from './context.ts';
import { runStep, type StepTrouble } from './run-step.ts';

/** Why an execution was stopped from outside; the reason of its signal. */
export type StopReason = 'preempted' | 'shutdown';

/**
 * Returns the ended operation, or the open one when it must be left as it is (lease lost, process ends): the next
 * holder of the lease resumes it.
 */
export async function execute(ctx: Context, opened: Operation, signal: AbortSignal): Promise<Operation> {
  const past = await ctx.deps.store.journal.read({ operationId: opened.id });
  let operation = opened;
  for (const [index, step] of opened.plan.steps.entries()) {
    const reached = wasReached(past, index, step);
    if (reached) continue;
    operation = await advance(ctx, operation, index, stateDuring(step));
    const end = await runStep(
      ctx,
      { operation, index, step, past: past.filter((entry) => isOfStep(entry, index)) },
      signal,
    );
    if (end.kind === 'reached') continue;
    return await leaveOrEnd(ctx, operation, end, signal);
  }
  return await finish(ctx, { ...operation, step: opened.plan.steps.length }, 'done', undefined);
}

/** The record's word is enough for skipping, not for going on: each step's safety rules look at the world again. */
function wasReached(past: readonly JournalEntry[], index: number, step: Step): boolean {
  const entries = past.filter((entry) => isOfStep(entry, index));
  for (const { body } of entries) {
    if (body.kind === 'step' && body.step !== step.name) {
      throw new GodwitError('JournalMismatch', `step ${index} is recorded as ${body.step} and planned as ${step.name}`);
    }
  }
  return entries.some(({ body }) => body.kind === 'step' && body.part === undefined && body.state === 'reached');
}

function isOfStep(entry: JournalEntry, index: number): boolean {
  return entry.body.kind === 'step' && entry.body.index === index;
}

function stateDuring(step: Step): OperationState {
  switch (step.kind) {
    case 'stamp':
      return 'planned';
    case 'launch':
    case 'prove':
      return 'waking';
    case 'weigh':
    case 'fence':
    case 'drain':
    case 'stop':
      return 'shifting';
    case 'settle':
      return 'verifying';
  }
}

async function advance(ctx: Context, operation: Operation, index: number, state: OperationState): Promise<Operation> {
  const next = { ...operation, step: index, state };
  if (state === operation.state) return next;
  await ctx.journal.append({ kind: 'operation', operation: next });
  ctx.journal.tell({ type: 'operation', operation: next });
  return next;
}

async function leaveOrEnd(
  ctx: Context,
  operation: Operation,
  end: StepTrouble,
  signal: AbortSignal,
): Promise<Operation> {
  switch (end.kind) {
    case 'left':
      return operation;
    case 'preempted':
      return await finish(ctx, operation, 'failed', preempted);
    case 'unknown':
      return await finish(ctx, operation, 'unknown', end.error);
    case 'failed':
      return await giveBack(ctx, operation, end.error, signal);
  }
}

const preempted: ProviderError = {
  class: 'conflict',
  code: 'Preempted',
  message: 'something of higher rank took over',
};

/** After a failed step: weights that this operation already moved go back to those before it, as a step like any other. */
async function giveBack(
  ctx: Context,
  operation: Operation,
  error: ProviderError,
  signal: AbortSignal,
): Promise<Operation> {
  const { plan } = operation;
  const hasMoved = plan.steps.slice(0, operation.step + 1).some((step) => step.kind === 'weigh');
  if (!hasMoved) return await finish(ctx, operation, 'failed', error);
  const returning = await advance(ctx, operation, operation.step, 'returning');
  const step: Step = {
    kind: 'weigh',
    name: 'return',
    weights: plan.before,
    gate: undefined,
    deadlineMs: returnDeadlineMs,
  };
  const end = await runStep(ctx, { operation: returning, index: plan.steps.length, step, past: [] }, signal);
  if (end.kind === 'left') return returning;
  return await finish(ctx, returning, end.kind === 'reached' ? 'returned' : 'unknown', error);
}

/** The gateway is asked again and again for this long to take the earlier weights back, in milliseconds. */
const returnDeadlineMs = 30_000;

async function finish(
  ctx: Context,
  operation: Operation,
  state: OperationState,
  error: ProviderError | undefined,
): Promise<Operation> {
  assert(operation.endedAtMs === undefined, `operation ${operation.id} ends twice`);
  const ended = { ...operation, state, error, endedAtMs: ctx.deps.clock.nowMs() };
  await ctx.journal.append({ kind: 'operation', operation: ended });
  ctx.journal.tell({ type: 'operation', operation: ended });
  return ended;
}
