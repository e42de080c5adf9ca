/** The store as one life of a process has it: on a disk that may be full, may fail to sync, or may be an older copy. */
import { rebalanceLease } from '../engine/rebalance/run-rebalance.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { LeaseReply, Store } from '../ports/store.ts';
import { createMemoryState, type MemoryState, openMemoryStore } from '../store/memory.ts';
import type { Dice } from './chance.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { LeaseTable } from './lease-table.ts';

export interface DiskTerms {
  readonly life: Incarnation;
  readonly clock: Clock;
  readonly random: Random;
  readonly ghost: Ghost;
  readonly state: MemoryState;
  readonly dice: Dice;
  /** Share of writes that fail, 0–1. */
  readonly broken: number;
  /** Runs what arrives at the disk, when it does. */
  readonly onArrival: (run: () => void) => void;
  /** Not an older copy, nor one that was replaced since. */
  readonly isInPlace: () => boolean;
  /** Nothing else is on its way to the disk. */
  readonly isImmediate: () => boolean;
  readonly onAppended: (drafts: readonly JournalDraft[]) => void;
}

/**
 * `full`: refused, nothing is written. `unsynced`: written, and the answer is an error. After either the handle is good for
 * nothing, as SQLite's after a failed sync.
 */
type DiskFault = 'full' | 'unsynced';

type Work<T> = () => Promise<T>;

/** Each call is a point at which the process may die; a write that dies on its way has landed or has not. */
function openDisk({ life, dice, broken, onArrival }: DiskTerms) {
  const shares = [
    ['full', broken / 2],
    ['unsynced', broken / 2],
  ] as const satisfies readonly (readonly [DiskFault, number])[];
  return {
    read: <T>(work: Work<T>, onHeard?: (value: T) => void): Promise<T> =>
      life.point((answered, failed) => {
        onArrival(() => void work().then(answered, failed));
      }, onHeard),
    write: <T>(work: Work<T>, onLost: () => void = () => undefined): Promise<T> =>
      life.point((answered, failed) => {
        const fault = broken === 0 || life.hasLostDisk ? undefined : dice.roll(shares);
        if (fault === undefined && !life.hasLostDisk) return onArrival(() => void work().then(answered, failed));
        onLost();
        if (fault === undefined) return failed(diskError);
        life.hasLostDisk = true;
        if (fault.kind === 'full') return failed(diskError);
        const fail = (): void => failed(diskError);
        onArrival(() => void work().then(fail, fail));
      }),
  };
}

/** The whole store over that disk; the oracles see what is written. */
export function storeOf(terms: DiskTerms): Store {
  const { life, clock, random, ghost, state, onAppended, isInPlace, isImmediate } = terms;
  const store = openMemoryStore(state, { clock, random, bootId: 'boot' });
  const { journal, snapshots, blocks } = store;
  const disk = openDisk(terms);
  const { read, write } = disk;
  return {
    lease: leasesOf(terms, store, disk),
    journal: {
      append: (drafts) =>
        write(
          async () => {
            const head = await journal.append(drafts);
            if (isInPlace()) onAppended(drafts);
            return head;
          },
          () => {
            life.hasLostJournal = isImmediate();
          },
        ),
      head: () => read(() => journal.head()),
      read: (query) => read(() => journal.read(query)),
    },
    operations: operationsOf(terms, store, disk),
    standing: standingOf(terms, store, disk),
    blocks: {
      list: (nowMs) =>
        read(
          () => blocks.list(nowMs),
          (value) => life.hear('blocks', { atMs: ghost.nowMs, value }),
        ),
      put: (given, nowMs) => write(() => blocks.put(given, nowMs)),
      clear: (given) => write(() => blocks.clear(given)),
    },
    snapshots: {
      put: (snapshot) => write(() => snapshots.put(snapshot)),
      get: (given) => read(() => snapshots.get(given)),
    },
    close: () => store.close(),
  };
}

function leasesOf(
  { life, ghost, isInPlace }: DiskTerms,
  { lease }: Store,
  { read, write }: ReturnType<typeof openDisk>,
): Store['lease'] {
  const note = (name: string, reply: LeaseReply, ttlMs: number): LeaseReply => {
    if (reply.kind !== 'held' || !isInPlace()) return reply;
    const { epoch } = reply.lease;
    if (name === rebalanceLease) life.turn = epoch;
    tableOf(ghost, name).grant(epoch, ttlMs);
    return reply;
  };
  return {
    acquire: (name, holder, ttlMs) => write(async () => note(name, await lease.acquire(name, holder, ttlMs), ttlMs)),
    renew: (given) => write(async () => note(given.deployment, await lease.renew(given), given.ttlMs)),
    release: (given) =>
      write(async () => {
        await lease.release(given);
        tableOf(ghost, given.deployment).release(given.epoch);
      }),
    read: (given) => read(() => lease.read(given)),
  };
}

function tableOf({ leases, turns }: Ghost, name: string): LeaseTable {
  return name === rebalanceLease ? turns : leases;
}

function operationsOf(
  { ghost, isInPlace }: DiskTerms,
  { operations }: Store,
  { read, write }: ReturnType<typeof openDisk>,
): Store['operations'] {
  return {
    get: (id) => read(() => operations.get(id)),
    list: (query) => read(() => operations.list(query)),
    counts: (given) => read(() => operations.counts(given)),
    revision: (given) => read(() => operations.revision(given)),
    request: (request) =>
      write(async () => {
        const present = await operations.revision(request.deployment);
        await operations.request(request);
        if (!isInPlace()) return;
        if (present !== request.revision || present !== ghost.revision)
          ghost.violate('I31', `${request.id} over ${request.revision} is taken, and ${ghost.revision} is the newest`);
        ghost.revision += 1;
        const winner = ghost.requests.get(request.revision);
        if (winner !== undefined)
          ghost.violate('I31', `${request.id} and ${winner} were both taken over revision ${request.revision}`);
        ghost.requests.set(request.revision, request.id);
      }),
    nextRequest: (given) => read(() => operations.nextRequest(given)),
    getRequest: (id) => read(() => operations.getRequest(id)),
    answer: (id, answer) => write(() => operations.answer(id, answer)),
  };
}

function standingOf(
  { life, ghost, isInPlace, onAppended }: DiskTerms,
  { standing }: Store,
  { read, write }: ReturnType<typeof openDisk>,
): Store['standing'] {
  return {
    list: (given) =>
      read(
        () => standing.list(given),
        (value) => life.hear('standing', { atMs: ghost.nowMs, value }),
      ),
    put: (draft, revision) =>
      write(async () => {
        await standing.put(draft, revision);
        if (!isInPlace()) return;
        if (revision !== ghost.revision)
          ghost.violate('I31', `a word over ${revision} is taken, and ${ghost.revision} is the newest`);
        ghost.revision += 1;
        onAppended([draft]);
      }),
  };
}

const diskError = new Error('EIO: i/o error, fsync');

/** What a backup of the file taken now would hold. */
export function copyOf(state: MemoryState): MemoryState {
  const copy = createMemoryState();
  copy.entries.push(...state.entries);
  for (const kind of ['operations', 'requests', 'revisions', 'leases', 'snapshots', 'standing', 'blocks'] as const) {
    const to: Map<string, unknown> = copy[kind];
    for (const [key, value] of state[kind]) to.set(key, value);
  }
  return copy;
}
