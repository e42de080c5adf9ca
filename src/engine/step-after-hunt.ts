/** Steps that follow a hunt: what they are to do is known only once it is over. */
import { asRaced, asReleased } from '../core/plan/hedge.ts';
import { asHunted } from '../core/plan/hunt.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { Context } from './context.ts';

/** The step as it is to be carried out; a text: why it has nothing to do. */
export async function stepOf(
  { deps: { store, providers } }: Context,
  { id, plan }: Operation,
  step: Step,
): Promise<Step | string> {
  const entriesOf = (operationId: string) => store.journal.read({ operationId });
  if (step.kind === 'prove' && step.isHunted === true)
    return asHunted(step, plan, await entriesOf(id)) ?? 'nothing was started there';
  if (step.kind === 'race') return asRaced(step, plan, await entriesOf(id));
  if (step.kind !== 'release') return step;
  const hunted = step.of === undefined ? { id, plan } : await store.operations.get(step.of);
  if (hunted === undefined) return 'the operation that started something there is not known any more';
  return asReleased(step, hunted, await entriesOf(hunted.id), providers.get(step.site)?.listLagMs ?? 0);
}
