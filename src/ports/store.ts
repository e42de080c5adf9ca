/** Where leases, journal and operations live. Every write is durable when its promise resolves. */
import type { Block } from '../model/block.ts';
import type { JournalDraft, JournalEntry, JournalHead } from '../model/journal-entry.ts';
import type { Lease, LeaseRecord } from '../model/lease.ts';
import type { Actor, Operation, OperationKind, OperationRequest, RequestAnswer } from '../model/operation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Standing } from '../model/standing.ts';
import type { OperationCount } from '../model/tally.ts';

export type LeaseReply =
  | { readonly kind: 'held'; readonly lease: Lease }
  /** Somebody else holds it, or it is not known yet whether the last holder lives. */
  | { readonly kind: 'busy'; readonly record: LeaseRecord };

export interface LeaseStore {
  /**
   * Takes the lease when it is free, released or expired; the epoch grows by one with every taking. With SQLite a
   * holder counts as expired once its renewal counter stood still for its whole ttl on the caller's monotonic clock,
   * so the first calls answer `busy`; ask again.
   */
  acquire(deployment: string, holder: Actor, ttlMs: number): Promise<LeaseReply>;
  /** The lease with a later end, or `busy` when it is somebody else's now. */
  renew(lease: Lease): Promise<LeaseReply>;
  release(lease: Lease): Promise<void>;
  /** Whose it is, as far as can be seen in one look; undefined when nobody took it, or gave it back, since this boot. */
  read(deployment: string): Promise<LeaseRecord | undefined>;
}

export interface JournalStore {
  /**
   * Appends all drafts in one durable transaction and keeps the operations and standing things inside them in step (a
   * draft of kind `operation` is what `operations.get` answers from then on). Refused with `LeaseLost` when the
   * deployment's lease epoch is newer than the drafts'; a person's word (a note, a standing thing) is not fenced.
   */
  append(drafts: readonly JournalDraft[]): Promise<JournalHead>;
  head(): Promise<JournalHead>;
  /** In order of `seq`; at most `limit` (default 1000, the newest ones when more match). */
  read(query: {
    readonly deployment?: string;
    readonly operationId?: string;
    readonly afterSeq?: number;
    readonly beforeSeq?: number;
    readonly limit?: number;
  }): Promise<readonly JournalEntry[]>;
}

export interface OperationStore {
  get(id: string): Promise<Operation | undefined>;
  /** The last opened first, whatever the clock said; at most `limit` (default 100). */
  list(query: {
    readonly deployment?: string;
    readonly open?: boolean;
    readonly kinds?: readonly OperationKind[];
    readonly sinceMs?: number;
    readonly limit?: number;
  }): Promise<readonly Operation[]>;
  /** How many ended how, since the store was made: for monitoring. In no order. */
  counts(deployment: string): Promise<readonly OperationCount[]>;
  /** Grows with every opened operation and every accepted request. */
  revision(deployment: string): Promise<number>;
  /** Puts a person's request; throws `RevisionConflict` when `request.revision` is not the present one. */
  request(request: OperationRequest): Promise<void>;
  /** The oldest request without an answer. */
  nextRequest(deployment: string): Promise<OperationRequest | undefined>;
  getRequest(id: string): Promise<OperationRequest | undefined>;
  answer(id: string, answer: RequestAnswer): Promise<void>;
}

export interface StandingStore {
  /** Oldest first. */
  list(deployment?: string): Promise<readonly Standing[]>;
  /**
   * A person's own: appends a draft of kind `standing` and raises the revision; throws `RevisionConflict` when `revision`
   * is not the present one.
   */
  put(draft: JournalDraft, revision: number): Promise<void>;
}

/** What providers refused, shared by all deployments and all processes. No record of what was done: the journal is that. */
export interface BlockStore {
  /** Those whose end is after `nowMs` (epoch milliseconds), the oldest first. */
  list(nowMs: number): Promise<readonly Block[]>;
  /** Each takes the place of one of the same key. What is over by then goes, and beyond 256 the oldest. */
  put(blocks: readonly Block[], nowMs: number): Promise<void>;
  /** Forgets these; one that was put anew since stays. */
  clear(blocks: readonly Block[]): Promise<void>;
}

export interface SnapshotStore {
  put(snapshot: Snapshot): Promise<void>;
  get(deployment: string): Promise<Snapshot | undefined>;
}

export interface Store {
  readonly lease: LeaseStore;
  readonly journal: JournalStore;
  readonly operations: OperationStore;
  readonly standing: StandingStore;
  readonly blocks: BlockStore;
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}
