/** Carries out a plan step by step: the only place that changes the world. Also after a crash, from where it stood. */

import { planStale } from '../core/moved.ts';
import { assert, GodwitError } from '../errors.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation, OperationState } from '../model/operation.ts';
import { pinnedCode } from '../model/pin.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Context } from './context.ts';
import { isLost } from './lease-grip.ts';
import { endOf, runStep, type StepEnd, type StepTrouble } from './run-step.ts';

/** Why an execution was stopped from outside; the reason of its signal. */
export type StopReason = 'preempted' | 'shutdown';

/**
 * Returns the ended operation, or the open one when it must be left as it is (lease lost, process ends): the next
 * holder of the lease resumes it.
 */
export async function execute(ctx: Context, opened: Operation, stop: AbortSignal): Promise<Operation> {
  // What waits in a step ends with the lease too.
  const signal = AbortSignal.any([stop, ctx.grip.lost]);
  const past = await ctx.deps.store.journal.read({ operationId: opened.id });
  let operation = opened;
  for (const [index, step] of opened.plan.steps.entries()) {
    const own = past.filter((entry) => isOfStep(entry, index));
    const before = recordedEnd(own, index, step);
    if (before?.kind === 'reached') continue;
    if (before !== undefined) return await leaveOrEnd(ctx, { ...operation, step: index }, before, signal);
    operation = await advance(ctx, operation, index, stateDuring(step));
    const end = await runStep(ctx, { operation, index, step, past: own }, signal);
    if (end.kind === 'reached') continue;
    return await leaveOrEnd(ctx, operation, end, signal);
  }
  return await finish(ctx, { ...operation, step: opened.plan.steps.length }, 'done', undefined);
}

/**
 * How the step ended before a crash, if it did. The record's word is enough for skipping, not for going on: each step's
 * safety rules look at the world again. A step that failed is not tried anew: the crash must not change how it ends.
 */
function recordedEnd(past: readonly JournalEntry[], index: number, step: Step): StepEnd | undefined {
  for (const { body } of past) {
    if (body.kind !== 'step') continue;
    if (body.step !== step.name)
      throw new GodwitError('JournalMismatch', `step ${index} is recorded as ${body.step} and planned as ${step.name}`);
    if (body.part !== undefined || body.state === 'intended') continue;
    return endOf(step, body.state, body.error ?? unrecorded);
  }
  return undefined;
}

const unrecorded: ProviderError = { class: 'unknown', code: 'NotRecorded', message: 'the journal does not say why' };

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
  const past = await ctx.deps.store.journal.read({ operationId: operation.id });
  if (isSomebodyElses(error) || !hasMoved(plan, past)) return await finish(ctx, operation, 'failed', error);
  const returning = await advance(ctx, operation, operation.step, 'returning');
  const index = plan.steps.length;
  const step: Step = {
    kind: 'weigh',
    name: 'return',
    weights: plan.before,
    gate: undefined,
    deadlineMs: returnDeadlineMs,
  };
  const own = past.filter((entry) => isOfStep(entry, index));
  const at = { operation: returning, index, step, past: own };
  const end = recordedEnd(own, index, step) ?? (await runStep(ctx, at, signal));
  if (end.kind === 'left') return returning;
  return await finish(ctx, returning, stateAfterReturn(end), error);
}

/** The weights are another's business now: set by somebody else, or kept by a person's pin. */
function isSomebodyElses({ code }: ProviderError): boolean {
  return code === planStale || code === pinnedCode;
}

/** Intended is enough: what became of it may not be known. */
function hasMoved(plan: Plan, past: readonly JournalEntry[]): boolean {
  return past.some(
    ({ body }) =>
      body.kind === 'step' &&
      (body.state === 'intended' || body.state === 'reached') &&
      plan.steps[body.index]?.kind === 'weigh',
  );
}

/** A return that a rule or the gateway refused left the weights as they were: that is known. */
function stateAfterReturn(end: StepEnd): OperationState {
  if (end.kind === 'reached') return 'returned';
  return end.kind === 'failed' && end.error.code !== 'DeadlinePassed' ? 'failed' : 'unknown';
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
  if (isLost(ctx.grip)) return operation;
  const ended = { ...operation, state, error, endedAtMs: ctx.deps.clock.nowMs() };
  await ctx.journal.append({ kind: 'operation', operation: ended });
  ctx.journal.tell({ type: 'operation', operation: ended });
  return ended;
}
