/** The operation somebody means: by its id, or `last`. */
import { GodwitError } from '../errors.ts';
import { moveKinds, type Operation } from '../model/operation.ts';
import type { OrderKind } from '../model/wish.ts';
import type { Store } from '../ports/store.ts';

/** `last` is the one opened last. Throws `NotFound`. */
export async function findOperation(store: Store, typed: string): Promise<Operation> {
  const [newest] = typed === 'last' ? await store.operations.list({ limit: 1 }) : [await store.operations.get(typed)];
  return newest ?? notFound(typed);
}

/**
 * `last` is the one under way; without any, for `extend` the one that moved traffic for a time, for `return` the last that
 * moved any. Of one deployment, when that is named. Throws `UsageInvalid` for an id of another one.
 */
export async function findToOrder(
  store: Store,
  typed: string,
  order: OrderKind,
  deployment: string | undefined,
): Promise<Operation> {
  if (typed !== 'last') return ofDeployment(await findOperation(store, typed), deployment);
  const of = deployment === undefined ? {} : { deployment };
  if (order === 'extend') {
    const shift = (await store.standing.list(deployment)).findLast(({ kind }) => kind === 'shift');
    const shifted = shift?.kind === 'shift' ? await store.operations.get(shift.operationId) : undefined;
    if (shifted !== undefined) return shifted;
  }
  const [open] = await store.operations.list({ ...of, open: true, limit: 1 });
  if (order === 'return') return await findToReturn(store, open, of);
  if (open !== undefined) return open;
  const [newest] = await store.operations.list({ ...of, limit: 1 });
  return newest ?? notFound(typed);
}

/** Never somebody's undo, nor what automation has done: who means those names them. What is under way may be anybody's. */
async function findToReturn(
  store: Store,
  open: Operation | undefined,
  of: { readonly deployment?: string },
): Promise<Operation> {
  const found = open ?? (await store.operations.list({ ...of, kinds: moveKinds, limit: 1 }))[0];
  if (found === undefined) return notFound('last');
  const { id, plan } = found;
  const why = plan.kind === 'return' ? 'takes an earlier move back itself' : 'was not asked for by a person';
  if (plan.kind !== 'return' && (plan.trigger === 'manual' || found === open)) return found;
  throw new GodwitError('UsageInvalid', `the last move of ${plan.deployment} is ${id}: it ${why}`, {
    hint: `if you mean it: godwit op return ${id}`,
  });
}

function ofDeployment(operation: Operation, deployment: string | undefined): Operation {
  const { id, plan } = operation;
  if (deployment === undefined || plan.deployment === deployment) return operation;
  throw new GodwitError('UsageInvalid', `${id} is an operation of ${plan.deployment}, not of ${deployment}`, {
    hint: `leave --deployment out, or: godwit history ${deployment}`,
  });
}

function notFound(typed: string): never {
  const message = typed === 'last' ? 'nothing was done yet' : `there is no operation "${typed}"`;
  throw new GodwitError('NotFound', message, { hint: 'godwit history' });
}
