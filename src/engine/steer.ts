/** Does what was said of an operation under way: recorded first, so that whoever takes it up obeys. */
import { shiftOf } from '../core/standing.ts';
import type { Steering } from '../model/decision.ts';
import type { Order } from '../model/operation.ts';
import { standingKey } from '../model/standing.ts';
import type { Context } from './context.ts';
import type { Course } from './execute.ts';

/** The operation under way: carried out by this process, or standing still. */
export interface Underway {
  readonly course: Course;
  /** Ends the present step. */
  interrupt(): void;
}

/** An operation that has ended in the meantime is past ordering: its person is told how it ended. */
export async function steer(ctx: Context, steering: Steering, underway: Underway | undefined): Promise<void> {
  const { order, operationId, request } = steering;
  const operation = underway?.course.operation;
  // What is under way is not known here (any more): the next look decides anew what becomes of the request.
  if (order !== 'extend' && operation?.id !== operationId) return;
  if (order === 'extend') await extend(ctx, steering);
  else if (underway !== undefined && operation?.id === operationId && operation.endedAtMs === undefined)
    await give(ctx, order, request ?? steering.said, underway);
  if (request !== undefined) await ctx.deps.store.operations.answer(request.id, { kind: 'accepted', operationId });
}

async function give(
  ctx: Context,
  kind: Exclude<Steering['order'], 'extend'>,
  said: Steering['said'],
  { course, interrupt }: Underway,
): Promise<void> {
  const { order: _, ...operation } = course.operation;
  // Held no more: whoever carries it on finds what was said of it.
  const state = operation.state === 'held' ? 'planned' : operation.state;
  course.operation =
    kind === 'resume' ? { ...operation, state } : { ...operation, state, order: orderOf(ctx, kind, said) };
  const told = course.operation;
  await ctx.journal.append({ kind: 'operation', operation: told });
  ctx.journal.tell({ type: 'operation', operation: told });
  // A hold lets the step end: what is half done would be neither old nor new. A hunt may wait for hours, with nothing half done.
  const isHunting = told.plan.steps[told.step]?.kind === 'hunt';
  if (kind === 'return' || kind === 'abort' || (kind === 'hold' && isHunting)) interrupt();
}

function orderOf(ctx: Context, kind: Order['kind'], said: Steering['said']): Order {
  const { actor, clock } = ctx.deps;
  return { kind, by: said?.by ?? actor, atMs: clock.nowMs(), reason: said?.reason };
}

async function extend(ctx: Context, { operationId, untilMs, request, because }: Steering): Promise<void> {
  const shift = shiftOf(ctx.view());
  if (shift?.operationId !== operationId) return;
  const standing = { ...shift, untilMs };
  const why = because.map(({ message }) => message).join('; ');
  await ctx.journal.append({ kind: 'standing', key: standingKey(shift), standing, why });
  if (request !== undefined) return;
  const message = `${operationId} should have returned by now and could not: ${why}`;
  ctx.journal.tell({ type: 'warning', message });
}
