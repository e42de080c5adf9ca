/** What the journal says of the weights: those put in force last, and whether a gateway's table is from before. */
import { weightsLeftBy } from '../core/moved.ts';
import type { Deployment } from '../model/deployment.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Plan } from '../model/plan.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import type { Store } from '../ports/store.ts';
import { atItsStep } from './step-now.ts';

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
  const sinceSeq = acknowledgedSince(entries, seqs, plans);
  return {
    weights: await lastWeights(store, deployment, entries),
    // A head from before all these entries is older than any of them.
    isOutdated: ({ journalHead }) => sinceSeq !== undefined && (seqs.get(journalHead) ?? 0) < sinceSeq,
  };
}

async function lastWeights(store: Store, deployment: Deployment, entries: readonly JournalEntry[]): Promise<Weights> {
  for (const { body } of entries.toReversed()) {
    if (body.kind === 'route' && body.state === 'reached') return body.entry.weights;
    const operation = body.kind === 'step' ? await store.operations.get(body.operationId) : undefined;
    // A start leaves the weights alone, and may not even have known them.
    if (operation !== undefined && operation.plan.kind !== 'start')
      return weightsLeftBy(await atItsStep(store, operation));
  }
  return deployment.weights;
}

/** The journal as of which the newest acknowledged table was written: every later table names an entry from there on. */
function acknowledgedSince(
  entries: readonly JournalEntry[],
  seqs: ReadonlyMap<string, number>,
  plans: ReadonlyMap<string, Plan>,
): number | undefined {
  const intended = new Map<string, number>();
  let sinceSeq: number | undefined;
  for (const { body, seq } of entries) {
    if (body.kind === 'route' && body.state === 'reached') sinceSeq = seqs.get(body.entry.journalHead) ?? sinceSeq;
    if (body.kind !== 'step' || body.part !== undefined) continue;
    const { operationId, index, state } = body;
    const steps = plans.get(operationId)?.steps ?? [];
    // The step after the last gives the weights back.
    if (index < steps.length && steps[index]?.kind !== 'weigh') continue;
    const key = `${operationId}/${index}`;
    if (state === 'intended') intended.set(key, seq);
    if (state === 'reached') sinceSeq = intended.get(key) ?? sinceSeq;
  }
  return sinceSeq;
}
