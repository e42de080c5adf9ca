/** The step an operation is at. Its own record is written when its state changes, and several steps share a state. */
import type { Operation } from '../model/operation.ts';
import type { Store } from '../ports/store.ts';

/** The same operation with `step` as its journal has it: the one in progress, or the one after the last reached. */
export async function atItsStep(store: Store, operation: Operation): Promise<Operation> {
  const entries = await store.journal.read({ operationId: operation.id });
  const last = entries.map(({ body }) => body).findLast((body) => body.kind === 'step');
  if (last === undefined) return operation;
  const index = last.state === 'reached' && last.part === undefined ? last.index + 1 : last.index;
  return { ...operation, step: Math.min(Math.max(operation.step, index), operation.plan.steps.length) };
}
