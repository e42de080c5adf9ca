/** What people were promised: an order is obeyed by whoever carries on, an end is old or new, what was overtaken is over. */

import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { Operation, Order } from '../model/operation.ts';
import type { Standing } from '../model/standing.ts';
import { sameWeights } from '../model/weights.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';

type StepBody = Extract<JournalBody, { kind: 'step' }>;

/** Ends in the middle of a move that somebody or something of higher rank wanted. */
const wantedEnds: ReadonlySet<string> = new Set(['Aborted', 'Preempted', 'PlanStale']);

export class PromiseBook {
  /** What stands, by key. */
  readonly standing = new Map<string, Standing>();
  readonly #ghost: Ghost;
  /** By operation: the order in force, and the step it met. */
  readonly #orders = new Map<string, { readonly order: Order; readonly step: number }>();
  /** Operations whose way back was refused, or is not known. */
  readonly #stuck = new Set<string>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
  }

  /** Before the entry is noted elsewhere. */
  check({ body }: JournalDraft, life: Incarnation | undefined): void {
    if (body.kind === 'step') this.#checkStep(body, life);
    if (body.kind === 'operation') this.#checkOperation(body.operation);
    if (body.kind !== 'standing') return;
    if (body.standing === undefined) this.standing.delete(body.key);
    else this.standing.set(body.key, body.standing);
  }

  /** I32: of one write. What stands in place of the configuration is what an operation has reached. */
  checkSet(drafts: readonly JournalDraft[]): void {
    const done = drafts.flatMap(({ body }) =>
      body.kind === 'operation' && body.operation.state === 'done' ? [body.operation.plan] : [],
    );
    for (const { body } of drafts) {
      const set = body.kind === 'standing' ? body.standing : undefined;
      if (
        set?.kind === 'scale' &&
        !done.some(({ scale }) => scale?.site === set.site && scale.replicas === set.replicas)
      )
        this.#ghost.violate(
          'I32',
          `${set.site} is to have ${set.replicas}, and nothing that is done has brought that about`,
        );
    }
  }

  /** I7: after all entries of one write. A move for a time is over once something else has moved the traffic. */
  checkOvertaken(drafts: readonly JournalDraft[]): void {
    const shift = this.standing.get('shift');
    if (shift?.kind !== 'shift') return;
    for (const { body } of drafts) {
      if (body.kind !== 'operation' || body.operation.endedAtMs === undefined) continue;
      const { id, plan, state } = body.operation;
      const isBack = state === 'returned' && sameWeights(plan.before, shift.after);
      // What could not be taken back stands as far as it is in force.
      const isStuck = plan.kind === 'return' && state !== 'done';
      if (id !== shift.operationId && this.#ghost.movers.has(id) && !isBack && !isStuck)
        this.#ghost.violate('I7', `${shift.operationId} still stands for a time, and ${id} moved the traffic since`);
    }
  }

  #checkStep({ operationId, index, step, part, state }: StepBody, life: Incarnation | undefined): void {
    const ghost = this.#ghost;
    const steps = ghost.operations.get(operationId)?.plan.steps ?? [];
    const planned = steps[index];
    const isReturn = index === steps.length;
    if (isReturn && state !== 'intended' && state !== 'reached') this.#stuck.add(operationId);
    if (state !== 'intended') return;
    const named = planned !== undefined && 'site' in planned ? planned.site : undefined;
    if (named !== undefined && life !== undefined && !life.sites.has(named))
      ghost.violate('I23', `${operationId} begins ${step}, and ${named} is not configured`);
    const met = this.#orders.get(operationId);
    if (met === undefined || part !== undefined || index <= met.step) return;
    // A step that fails while a hold waits for its end gives back what it moved.
    if (!isReturn || met.order.kind === 'abort')
      ghost.violate('I32', `${operationId} begins ${step} after it was told to ${met.order.kind}`);
  }

  #checkOperation(operation: Operation): void {
    const ghost = this.#ghost;
    const { id, order, epoch, step, state, endedAtMs } = operation;
    const known = ghost.operations.get(id);
    if (order === undefined && known?.order !== undefined) {
      // Only what is held, or is to be, is let go on; and by the holder that it is held by.
      if (known.order.kind !== 'hold' || known.epoch !== epoch)
        ghost.violate('I32', `${id} goes on and forgets that it was told to ${known.order.kind}`);
      this.#orders.delete(id);
    }
    if (order !== undefined && (known?.order?.kind !== order.kind || known.order.atMs !== order.atMs))
      this.#orders.set(id, { order, step });
    if (endedAtMs === undefined) return;
    if (state === 'done' && order !== undefined && order.kind !== 'hold')
      ghost.violate('I32', `${id} is done, and was told to ${order.kind}`);
    this.#checkEnd(operation);
  }

  /** I32: an end is a steady state, old or new. */
  #checkEnd({ id, plan, state, error }: Operation): void {
    const ghost = this.#ghost;
    const { weights } = ghost;
    if (!ghost.movers.has(id) || weights === undefined || ghost.disturbed.has(id)) return;
    const told = `${id} is ${state}, and the weights are ${JSON.stringify(weights)}`;
    const [isOld, isNew] = [sameWeights(weights, plan.before), sameWeights(weights, plan.after)];
    if ((state === 'returned' && !isOld) || (state === 'done' && !isNew)) ghost.violate('I32', told);
    const isWanted = wantedEnds.has(error?.code ?? '') || this.#stuck.has(id);
    if (state === 'failed' && !isOld && !isNew && !isWanted) ghost.violate('I32', told);
  }
}
