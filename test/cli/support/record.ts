/** A store in memory with a record of one failover in it, as the engine writes it. */

import type { Decision } from '../../../src/model/decision.ts';
import type { JournalBody, JournalDraft } from '../../../src/model/journal-entry.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Store } from '../../../src/ports/store.ts';
import { createMemoryState, openMemoryStore } from '../../../src/store/memory.ts';
import { createManualClock } from '../../../src/testkit/manual-clock.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';
import { nowMs, operation, plan, siteDiagnosis } from './models.ts';

const sites = [siteDiagnosis('site-a', 'SiteDead'), siteDiagnosis('site-b')];
const diagnosis = { code: 'SiteDead', actionable: true, site: 'site-a', message: 'site-a is dead', sites } as const;

export const waiting: Decision = {
  kind: 'stay',
  diagnosis,
  reasons: [{ code: 'CoolDown', message: 'op-old was 5s ago; one failover in 15m', untilMs: nowMs - 751_000 }],
};
export const acting: Decision = {
  kind: 'act',
  diagnosis,
  action: {
    ...{ kind: 'failover', trigger: 'automatic', from: 'site-a', weights: { 'site-b': 100 }, start: [] },
    ...{ inOneStep: true, because: plan().because, requestId: undefined },
  },
};

export async function emptyStore(): Promise<Store> {
  const deps = { clock: createManualClock(), random: createSeededRandom(1), bootId: 'boot-1' };
  return openMemoryStore(createMemoryState(), deps);
}

/** `bodies` with how long ago each was written, in milliseconds. */
export async function storeWith(...bodies: readonly (readonly [agoMs: number, body: JournalBody])[]): Promise<Store> {
  const store = await emptyStore();
  const { by } = operation();
  const drafts = bodies.map(([agoMs, body]): JournalDraft => {
    const atMs = nowMs - agoMs;
    return { deployment: 'chat', epoch: epochOf(body), by, atMs, monoMs: atMs, body };
  });
  for (const draft of drafts) await store.journal.append([draft]);
  return store;
}

function epochOf(body: JournalBody): number {
  return body.kind === 'operation' ? body.operation.epoch : 3;
}

export function step(index: number, state: 'intended' | 'reached' | 'failed', over: object = {}): JournalBody {
  const name = plan().steps[index]?.name ?? 'return';
  const none = { part: undefined, error: undefined, detail: undefined };
  return { kind: 'step', operationId: 'op-7f3k', index, step: name, state, ...none, ...over };
}

export function opened(over: Partial<Operation> = {}): JournalBody {
  return { kind: 'operation', operation: operation({ state: 'planned', endedAtMs: undefined, step: 0, ...over }) };
}

/** It waited, acted, found the first step reached, and did the second. */
export function storeWithFailover(): Promise<Store> {
  return storeWith(
    [760_000, { kind: 'decision', decision: waiting }],
    [750_001, { kind: 'decision', decision: acting }],
    [750_000, opened()],
    [749_000, step(0, 'reached')],
    [748_000, step(1, 'intended')],
    [720_500, step(1, 'reached')],
    [720_000, { kind: 'operation', operation: operation() }],
  );
}
