/** What the journal says of the weights: those put in force last, and whether a gateway's table is from before. */
import { acknowledgedIn } from '../core/acknowledged.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Plan } from '../model/plan.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import type { Store } from '../ports/store.ts';

/** Of a journal's newest entries, as many hold the last word on the weights; each look of a quiet day writes none. */
const lastEntries = 200;

export interface RecalledRoute {
  /** Put in force last, by an operation or by somebody whose weights were taken over. */
  readonly weights: Weights;
  /** A later table was acknowledged: a gateway that has this one lost the newest. */
  isOutdated(entry: RouteEntry): boolean;
}

export async function recallRoute(store: Store, deployment: Deployment): Promise<RecalledRoute> {
  const entries = await store.journal.read({ deployment: deployment.name, limit: lastEntries });
  const seqs = new Map(entries.map(({ hash, seq }) => [hash, seq]));
  const plans = new Map<string, Plan>();
  for (const id of new Set(entries.flatMap(({ body }) => (body.kind === 'step' ? [body.operationId] : [])))) {
    const operation = await store.operations.get(id);
    if (operation !== undefined) plans.set(id, operation.plan);
  }
  const { weights, sinceSeq } = acknowledgedIn(entries, plans);
  // A start leaves the weights alone, and may not even have known them.
  const found = [...plans.values()].findLast(({ kind }) => kind !== 'start')?.before;
  return {
    weights: weights ?? found ?? deployment.weights,
    // A head from before all these entries is older than any of them.
    isOutdated: ({ journalHead }) => sinceSeq !== undefined && (seqs.get(journalHead) ?? 0) < sinceSeq,
  };
}
