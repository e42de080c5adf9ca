/** The operation a person means. */
import { GodwitError } from '../errors.ts';
import type { Operation } from '../model/operation.ts';
import type { Store } from '../ports/store.ts';

/** By its id, or `last` for the newest. Throws `NotFound`. */
export async function findOperation(store: Store, typed: string): Promise<Operation> {
  const [newest] = typed === 'last' ? await store.operations.list({ limit: 1 }) : [await store.operations.get(typed)];
  if (newest !== undefined) return newest;
  const message = typed === 'last' ? 'nothing was done yet' : `there is no operation "${typed}"`;
  throw new GodwitError('NotFound', message, { hint: 'godwit history' });
}
