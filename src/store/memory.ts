/** A store in memory with the promises of the one on disk: for tests and simulated worlds. Values are readonly and kept as given. */
import type { Block } from '../model/block.ts';
import type { JournalDraft, JournalEntry, JournalHead } from '../model/journal-entry.ts';
import { endStates, type Operation, type OperationRequest } from '../model/operation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Standing } from '../model/standing.ts';
import type { OperationCount } from '../model/tally.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { JournalStore, OperationStore, StandingStore, Store } from '../ports/store.ts';
import { type ChainRow, emptyHead, isFenced, link, operationIdOf } from './chain.ts';
import { createMemoryBlocks } from './memory-blocks.ts';
import { createIndex } from './memory-index.ts';
import { createMemoryLeases, type LeaseRow } from './memory-leases.ts';
import { lastChange, leaseLost, revisionConflict } from './refusals.ts';

interface EntryRow extends ChainRow {
  readonly entry: JournalEntry;
  readonly deployment: string;
  readonly operationId: string | undefined;
}

/** What a disk would hold: it outlives the stores opened on it, and several may be open on one. */
export interface MemoryState {
  readonly entries: EntryRow[];
  /** By id; the value holds the deployment it was journaled under. */
  readonly operations: Map<string, { readonly deployment: string; readonly operation: Operation }>;
  readonly requests: Map<string, OperationRequest>;
  readonly revisions: Map<string, number>;
  readonly leases: Map<string, LeaseRow>;
  readonly snapshots: Map<string, Snapshot>;
  /** By deployment and key. */
  readonly standing: Map<string, { readonly deployment: string; readonly key: string; readonly standing: Standing }>;
  /** By key, the oldest first. */
  readonly blocks: Map<string, Block>;
}

export interface MemoryDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The present boot of the simulated machine. */
  readonly bootId: string;
}

export function createMemoryState(): MemoryState {
  return {
    entries: [],
    operations: new Map(),
    requests: new Map(),
    revisions: new Map(),
    leases: new Map(),
    snapshots: new Map(),
    standing: new Map(),
    blocks: new Map(),
  };
}

/** A handle as one process would hold it. Every call does its work before it returns its promise: none can interleave. */
export function openMemoryStore(state: MemoryState, deps: MemoryDeps): Store {
  return {
    lease: createMemoryLeases(state.leases, deps),
    journal: createJournal(state),
    operations: createOperations(state),
    standing: createStanding(state),
    blocks: createMemoryBlocks(state.blocks),
    snapshots: {
      async put(snapshot) {
        state.snapshots.set(snapshot.deployment, snapshot);
      },
      get: async (deployment) => state.snapshots.get(deployment),
    },
    async close() {},
  };
}

function createJournal(state: MemoryState): JournalStore {
  const { entries, leases } = state;
  const rowsOf = createIndex(entries);
  return {
    async append(drafts) {
      for (const { deployment, epoch } of drafts.filter(isFenced)) {
        const newest = leases.get(deployment)?.record.epoch ?? 0;
        if (newest > epoch) throw leaseLost(deployment, { newest, epoch });
      }
      appendRows(state, drafts);
      return headOf(state);
    },
    head: async () => headOf(state),
    async read({ deployment, operationId, afterSeq = 0, beforeSeq = entries.length + 1, limit = 1000 }) {
      const rows = operationId === undefined ? entries : rowsOf(operationId);
      const found: JournalEntry[] = [];
      // Backwards, because the newest are wanted; of all entries each one's place is its number.
      const newest = operationId === undefined ? Math.min(rows.length, beforeSeq - 1) : rows.length;
      for (let index = newest - 1; index >= 0 && found.length < limit; index--) {
        const row = rows[index];
        if (row === undefined || row.seq <= afterSeq) break;
        if (row.seq < beforeSeq && (deployment ?? row.deployment) === row.deployment) found.push(row.entry);
      }
      return found.reverse();
    },
  };
}

function headOf({ entries }: MemoryState): JournalHead {
  const last = entries.at(-1);
  return last === undefined ? emptyHead : { seq: last.seq, hash: last.hash };
}

function appendRows(state: MemoryState, drafts: readonly JournalDraft[]): void {
  for (const draft of drafts) {
    const { entry, text } = link(headOf(state), draft);
    const { seq, hash, deployment } = entry;
    state.entries.push({ seq, hash, text, entry, deployment, operationId: operationIdOf(draft) });
    keepOperation(state, draft);
    keepStanding(state, draft);
  }
}

function keepStanding({ standing }: MemoryState, { deployment, body }: JournalDraft): void {
  if (body.kind !== 'standing') return;
  const id = `${deployment} ${body.key}`;
  standing.delete(id);
  if (body.standing !== undefined) standing.set(id, { deployment, key: body.key, standing: body.standing });
}

function keepOperation(state: MemoryState, { deployment, body }: JournalDraft): void {
  if (body.kind !== 'operation') return;
  const { operation } = body;
  if (!state.operations.has(operation.id)) raiseRevision(state, deployment);
  state.operations.set(operation.id, { deployment, operation });
}

function raiseRevision({ revisions }: MemoryState, deployment: string): void {
  revisions.set(deployment, (revisions.get(deployment) ?? 0) + 1);
}

function createStanding(state: MemoryState): StandingStore {
  return {
    list: async (deployment) =>
      [...state.standing.values()]
        .filter((each) => (deployment ?? each.deployment) === each.deployment)
        .sort((a, b) => a.standing.atMs - b.standing.atMs || (a.key < b.key ? -1 : 1))
        .map(({ standing }) => standing),
    async put(draft, revision) {
      const { deployment } = draft;
      const present = state.revisions.get(deployment) ?? 0;
      if (present !== revision) throw revisionConflict(draft, { present, yours: revision });
      appendRows(state, [draft]);
      raiseRevision(state, deployment);
    },
  };
}

function createOperations(state: MemoryState): OperationStore {
  const { operations, requests, revisions } = state;
  /** Newest first. */
  const operationsOf = (deployment: string | undefined): Operation[] =>
    [...operations.values()]
      .filter((each) => (deployment ?? each.deployment) === each.deployment)
      .map(({ operation }) => operation)
      .reverse();
  /** Oldest first. */
  const requestsOf = (deployment: string): OperationRequest[] =>
    [...requests.values()].filter((each) => each.deployment === deployment);
  return {
    get: async (id) => operations.get(id)?.operation,
    async list({ deployment, open, kinds, sinceMs = 0, limit = 100 }) {
      const isOpen = ({ endedAtMs }: Operation): boolean => endedAtMs === undefined;
      return operationsOf(deployment)
        .filter((each) => (open ?? isOpen(each)) === isOpen(each))
        .filter((each) => isOpen(each) || each.openedAtMs >= sinceMs)
        .filter(({ plan }) => kinds?.includes(plan.kind) ?? true)
        .slice(0, limit);
    },
    counts: async (deployment) => countEnds(operationsOf(deployment)),
    revision: async (deployment) => revisions.get(deployment) ?? 0,
    async request(request) {
      const { deployment } = request;
      const revision = revisions.get(deployment) ?? 0;
      if (revision !== request.revision) {
        const winner = lastChange(requestsOf(deployment).at(-1), operationsOf(deployment)[0]);
        throw revisionConflict(request, { present: revision, yours: request.revision }, winner);
      }
      requests.set(request.id, request);
      raiseRevision(state, deployment);
    },
    nextRequest: async (deployment) => requestsOf(deployment).find(({ answer }) => answer === undefined),
    getRequest: async (id) => requests.get(id),
    async answer(id, answer) {
      const request = requests.get(id);
      if (request !== undefined && request.answer === undefined) requests.set(id, { ...request, answer });
    },
  };
}

function countEnds(operations: readonly Operation[]): readonly OperationCount[] {
  const counts = new Map<string, OperationCount>();
  for (const { plan, state, endedAtMs } of operations) {
    const outcome = endStates.find((each) => each === state);
    if (endedAtMs === undefined || outcome === undefined) continue;
    const { kind, trigger } = plan;
    const key = `${kind} ${trigger} ${outcome}`;
    counts.set(key, { kind, trigger, outcome, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}
