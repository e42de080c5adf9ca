/** Carries out a plan step by step: the only place that changes the world. Also after a crash, from where it stood. */

import { planStale } from '../core/moved.ts';
import { standingAfter } from '../core/standing-after.ts';
import { assert, GodwitError } from '../errors.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation, OperationState, Order } from '../model/operation.ts';
import { pinnedCode } from '../model/pin.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Context } from './context.ts';
import { isLost } from './lease-grip.ts';
import { runStep } from './run-step.ts';
import { stepOf } from './step-after-hunt.ts';
import { endOf, type StepEnd, type StepTrouble } from './step-end.ts';

/** Why an execution was stopped from outside; the reason of its signal. */
export type StopReason = 'preempted' | 'shutdown';

/** An operation as it stands now, and what was said of it: whoever gives an order changes it here and in the journal. */
export interface Course {
  operation: Operation;
  /** Ends the present step, for an order to return or to give up. */
  readonly interrupt: AbortSignal;
}

interface Run {
  readonly ctx: Context;
  readonly course: Course;
  /** Ends everything, also a return: another takes over, the process ends, the lease is lost. */
  readonly stopped: AbortSignal;
}

/**
 * Returns the ended operation, or the open one when it must be left as it is (held, lease lost, process ends): the next
 * holder of the lease resumes it.
 */
export async function execute(ctx: Context, course: Course, stop: AbortSignal): Promise<Operation> {
  // What waits in a step ends with the lease too.
  const stopped = AbortSignal.any([stop, ctx.grip.lost]);
  const signal = AbortSignal.any([stopped, course.interrupt]);
  const run: Run = { ctx, course, stopped };
  const { id, plan } = course.operation;
  const past = await ctx.deps.store.journal.read({ operationId: id });
  for (const [index, planned] of plan.steps.entries()) {
    const own = past.filter((entry) => isOfStep(entry, index));
    const before = recordedEnd(own, index, planned);
    if (before?.kind === 'reached') continue;
    if (before !== undefined) return await leaveOrEnd(run, index, before);
    const { order } = course.operation;
    if (order !== undefined) return await obey(run, index, order);
    await advance(run, index, stateDuring(planned));
    const step = await stepOf(ctx, course.operation, planned);
    if (typeof step === 'string') {
      const at = { operation: course.operation, index, step: planned, past: own };
      await ctx.note(at, undefined, 'reached', undefined, { detail: step });
      continue;
    }
    const end = await runStep(ctx, { operation: course.operation, index, step, past: own }, signal);
    if (end.kind === 'reached') continue;
    return await leaveOrEnd(run, index, end);
  }
  // Said while the last step recorded its end: a hold has nothing left to hold, the others have been promised.
  const { order } = course.operation;
  if (order !== undefined && order.kind !== 'hold') return await obey(run, plan.steps.length, order);
  return await finish(run, plan.steps.length, 'done', undefined);
}

/** For an operation that nobody carries out: something of higher rank takes its place. */
export async function preempt(ctx: Context, operation: Operation): Promise<void> {
  const run: Run = { ctx, course: { operation, interrupt: ctx.grip.lost }, stopped: ctx.grip.lost };
  await finish(run, operation.step, 'failed', preempted);
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
    case 'undo':
      return 'planned';
    case 'launch':
    case 'hunt':
    case 'race':
    case 'prove':
      return 'waking';
    case 'weigh':
    case 'fence':
    case 'drain':
    case 'cut':
    case 'stop':
    case 'release':
    case 'trim':
      return 'shifting';
    case 'settle':
      return 'verifying';
  }
}

async function advance({ ctx, course }: Run, index: number, state: OperationState): Promise<void> {
  const { operation } = course;
  // Before it is written: an order that comes meanwhile must build on it.
  course.operation = { ...operation, step: index, state };
  if (state === operation.state) return;
  await ctx.journal.append({ kind: 'operation', operation: course.operation });
  ctx.journal.tell({ type: 'operation', operation: course.operation });
}

async function leaveOrEnd(run: Run, index: number, end: StepTrouble): Promise<Operation> {
  const { course } = run;
  switch (end.kind) {
    case 'left': {
      const { order } = course.operation;
      // Cut short by an order, not by whoever ends it all.
      return order !== undefined && course.interrupt.aborted && !run.stopped.aborted
        ? await obey(run, index, order)
        : { ...course.operation, step: index };
    }
    case 'preempted':
      return await finish(run, index, 'failed', preempted);
    case 'unknown':
      return await finish(run, index, 'unknown', end.error);
    case 'failed':
      return await giveBack(run, index, end.error);
  }
}

const preempted: ProviderError = {
  class: 'conflict',
  code: 'Preempted',
  message: 'something of higher rank took over',
};

/**
 * Held: between two steps nothing is half done, and it stays like this until somebody says how it goes on. Aborted: what is
 * in force stays, a whole vector that was published, old or new. Returned: the weights before.
 */
async function obey(run: Run, index: number, { kind, by, reason }: Order): Promise<Operation> {
  const message = `${by.name}@${by.host}: ${reason ?? 'no reason given'}`;
  switch (kind) {
    case 'hold':
      await advance(run, index, 'held');
      return run.course.operation;
    case 'abort':
      return await finish(run, index, 'failed', { class: 'conflict', code: 'Aborted', message });
    case 'return':
      return await giveBack(run, index, { class: 'conflict', code: returnAsked, message });
  }
}

const returnAsked = 'ReturnAsked';

/** Weights that this operation already moved go back to those before it, as a step like any other. */
async function giveBack(run: Run, at: number, error: ProviderError): Promise<Operation> {
  const { ctx, course, stopped } = run;
  const { id, plan } = course.operation;
  const past = await ctx.deps.store.journal.read({ operationId: id });
  if (isSomebodyElses(error)) return await finish(run, at, 'failed', error);
  // What was asked for is so already.
  if (!hasMoved(plan, past)) return await finish(run, at, error.code === returnAsked ? 'returned' : 'failed', error);
  await advance(run, at, 'returning');
  // Told to give up before the way back has begun: what is in force stays.
  const { order } = course.operation;
  if (order?.kind === 'abort') return await obey(run, at, order);
  const index = plan.steps.length;
  const step: Step = {
    kind: 'weigh',
    name: 'return',
    weights: plan.before,
    gate: undefined,
    deadlineMs: returnDeadlineMs,
  };
  const own = past.filter((entry) => isOfStep(entry, index));
  const ref = { operation: course.operation, index, step, past: own };
  const end = recordedEnd(own, index, step) ?? (await runStep(ctx, ref, stopped));
  if (end.kind === 'left') return course.operation;
  return await finish(run, at, stateAfterReturn(end, ctx.routes.isInDoubt()), error);
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

/** A return that a rule or the gateway refused left the weights as they were: that is known, when what they were is. */
function stateAfterReturn(end: StepEnd, isInDoubt: boolean): OperationState {
  if (end.kind === 'reached') return 'returned';
  return end.kind === 'failed' && end.error.code !== 'DeadlinePassed' && !isInDoubt ? 'failed' : 'unknown';
}

/** The gateway is asked again and again for this long to take the earlier weights back, in milliseconds. */
const returnDeadlineMs = 30_000;

async function finish(
  { ctx, course }: Run,
  step: number,
  state: OperationState,
  error: ProviderError | undefined,
): Promise<Operation> {
  const { operation } = course;
  assert(operation.endedAtMs === undefined, `operation ${operation.id} ends twice`);
  if (isLost(ctx.grip)) return operation;
  const nowMs = ctx.deps.clock.nowMs();
  const ended: Operation = { ...operation, step, state, error, endedAtMs: nowMs };
  course.operation = ended;
  const inForce = ctx.routes.weights();
  const standing = standingAfter(ended, { present: ctx.view().standing, inForce, nowMs });
  await ctx.journal.append({ kind: 'operation', operation: ended }, ...standing);
  ctx.journal.tell({ type: 'operation', operation: ended });
  return ended;
}
