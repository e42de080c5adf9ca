/** What a journal says of the weights in force: the last that are known to have been put there. */
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Plan } from '../model/plan.ts';
import type { Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';

/** Weights that were in force for certain, and since which entry. */
export interface Acknowledged {
  /** Undefined when no entry tells of any. */
  readonly weights: Weights | undefined;
  /** Every table written since they were put in force names an entry from there on as its head; undefined: not known. */
  readonly sinceSeq: number | undefined;
}

/** `entries`: of one deployment, oldest first. `plans`: of the operations that they name, by id. */
export function acknowledgedIn(entries: readonly JournalEntry[], plans: ReadonlyMap<string, Plan>): Acknowledged {
  const seqs = new Map(entries.map(({ hash, seq }) => [hash, seq]));
  const intended = new Map<string, number>();
  let last: Acknowledged = { weights: undefined, sinceSeq: undefined };
  for (const { body, seq } of entries) {
    if (body.kind === 'route' && body.state === 'reached')
      last = { weights: body.entry.weights, sinceSeq: seqs.get(body.entry.journalHead) };
    // A refresh repeats what its writer knew to be in force, unless it was refused: somebody else may have put that there.
    if (body.kind === 'route' && body.state === 'unknown' && !sameWeights(body.entry.weights, last.weights ?? {}))
      last = { weights: body.entry.weights, sinceSeq: undefined };
    if (body.kind !== 'step' || body.part !== undefined) continue;
    const weights = weightsOfStep(plans.get(body.operationId), body.index);
    const key = `${body.operationId}/${body.index}`;
    if (body.state === 'intended') intended.set(key, seq);
    // Found reached without an intent, it was somebody else's table that had them.
    if (body.state === 'reached' && weights !== undefined) last = { weights, sinceSeq: intended.get(key) };
  }
  return last;
}

/** The step after the last gives back the weights before. */
function weightsOfStep(plan: Plan | undefined, index: number): Weights | undefined {
  if (index === plan?.steps.length) return plan.before;
  const step = plan?.steps[index];
  return step?.kind === 'weigh' ? step.weights : undefined;
}
