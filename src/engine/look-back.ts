/** Reads the record: why an operation was begun, what was decided at a moment. Changes nothing and needs no lease. */

import { decisionBehind, explainOperation, newestDecision } from '../core/explain.ts';
import { timelineItems } from '../core/timeline.ts';
import type { DrainList } from '../model/drained.ts';
import type { Explanation, RecordedDecision } from '../model/explanation.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Timeline } from '../model/timeline.ts';
import type { Store } from '../ports/store.ts';

/** Entries read at a time, and how many pages at most: a million entries are months of a busy deployment. */
const pageSize = 1000;
const mostPages = 1000;

export async function lookBackAt(store: Store, operation: Operation): Promise<Explanation> {
  const entries = await store.journal.read({ operationId: operation.id });
  const [first] = entries;
  const { deployment } = operation.plan;
  const isDecision = ({ body }: JournalEntry): boolean => body.kind === 'decision';
  const before = first === undefined ? [] : await pageWith(store, deployment, first.seq, isDecision);
  return explainOperation(operation, entries, decisionBehind(before));
}

/** What became of what ran at each site that it emptied. */
export async function drainsOf(store: Store, operation: Operation): Promise<readonly DrainList[]> {
  const entries = await store.journal.read({ operationId: operation.id });
  return explainOperation(operation, entries, undefined).drains;
}

/** People write down what they found when it is over: for this long after its end their notes are its own. Milliseconds. */
const afterwardsMs = 3_600_000;

/** What happened around an operation: from the decision behind it to an hour after its end; of one under way, so far. */
export async function timelineOf(store: Store, operation: Operation): Promise<Timeline> {
  const { deployment } = operation.plan;
  const own = await store.journal.read({ operationId: operation.id, limit: pageSize });
  const [first] = own;
  const last = own.at(-1);
  if (first === undefined || last === undefined) return { operation, items: [], isCut: false };
  const isDecision = ({ body }: JournalEntry): boolean => body.kind === 'decision';
  const before = await pageWith(store, deployment, first.seq, isDecision);
  const decided = decisionBehind(before)?.seq ?? first.seq;
  const [around, after] = await Promise.all([
    store.journal.read({ deployment, afterSeq: decided - 1, beforeSeq: last.seq + 1, limit: pageSize }),
    store.journal.read({ deployment, afterSeq: last.seq, beforeSeq: last.seq + pageSize, limit: pageSize }),
  ]);
  const overMs = (operation.endedAtMs ?? Number.POSITIVE_INFINITY) + afterwardsMs;
  const told = after.filter(({ body, atMs }) => (body.kind === 'note' || body.kind === 'standing') && atMs <= overMs);
  const all = new Map([...around, ...own, ...told].map((entry) => [entry.seq, entry]));
  const entries = [...all.values()].sort((a, b) => a.seq - b.seq);
  const isCut = own.length === pageSize || around.length === pageSize;
  return { operation, items: timelineItems(operation.id, entries), isCut };
}

/**
 * What was decided for a deployment as of a moment (epoch milliseconds): a decision is recorded when it says something
 * else than the one before, so the last one before the moment still stood then. Undefined when there was none yet.
 */
export async function decisionAt(
  store: Store,
  deployment: string,
  atMs: number,
): Promise<RecordedDecision | undefined> {
  const isDue = ({ body, ...entry }: JournalEntry): boolean => body.kind === 'decision' && entry.atMs <= atMs;
  const page = await pageWith(store, deployment, Number.MAX_SAFE_INTEGER, isDue);
  return newestDecision(page.filter(isDue));
}

/** The newest page before `seq` that holds what is looked for; empty when none does. */
async function pageWith(
  store: Store,
  deployment: string,
  seq: number,
  isWanted: (entry: JournalEntry) => boolean,
): Promise<readonly JournalEntry[]> {
  let beforeSeq = seq;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await store.journal.read({ deployment, beforeSeq, limit: pageSize });
    const [oldest] = page;
    if (oldest === undefined || page.some(isWanted)) return page;
    beforeSeq = oldest.seq;
  }
  return [];
}
