/** What the parts of one local site's session share, and how a record is seen as a replica. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { ProviderDeps } from '../../ports/provider.ts';
import { type Epochs, openEpochs } from '../shared/epochs.ts';
import { tryLock } from '../shared/lock.ts';
import { findByToken, isAnyoneLeft, isSameProcess, type ProcessIdentity } from './identity.ts';
import { openProcessTable, type ProcessTable } from './process-table.ts';
import { openShelf, type RecordShelf, type ReplicaRecord } from './record.ts';
import type { PortRange } from './schema.ts';

export interface SessionDeps extends ProviderDeps {
  readonly site: string;
  readonly ports: PortRange;
  /** Added to every replica's environment; a deployment's own variables win. */
  readonly env: Readonly<Record<string, string>>;
  /** The machine's processes; the real ones unless a test shows others. */
  readonly table?: ProcessTable;
}

export interface Session extends SessionDeps {
  readonly table: ProcessTable;
  readonly shelf: RecordShelf;
  readonly epochs: Epochs;
  /** Held while one slot is changed: two starts of it never overlap, in this process or another. */
  slotLock(id: string): string;
  /** Held for moments: epochs and the choice of a port concern the whole site. */
  readonly siteLock: string;
  /** Before the first change, and not for a look: a preview leaves no trace. */
  makeFolders(): void;
}

/** Makes and writes nothing. */
export function openSession(deps: SessionDeps): Session {
  const locks = join(deps.stateDir, 'locks');
  let areThere = existsSync(locks);
  return {
    ...deps,
    table: deps.table ?? openProcessTable(),
    shelf: openShelf(join(deps.stateDir, 'replicas')),
    epochs: openEpochs(join(deps.stateDir, 'epochs.json')),
    slotLock: (id) => join(locks, `slot-${id}`),
    siteLock: join(locks, 'site'),
    makeFolders() {
      if (!areThere) mkdirSync(locks, { recursive: true, mode: 0o700 });
      areThere = true;
    },
  };
}

/** Undefined while no process of this boot is known. */
export function identityOf(record: ReplicaRecord): ProcessIdentity | undefined {
  const { pid, processStart, bootToken, machineBoot } = record;
  return pid === undefined || processStart === undefined ? undefined : { pid, processStart, bootToken, machineBoot };
}

/** In the place of a start time that was never seen: equal to none. */
export const neverSeen = 'never seen';

/**
 * How long a process may stay unfound after its starter was killed, in milliseconds: between fork and exec it still shows
 * its parent's environment, without the token.
 */
const bornWithinMs = 500;
const pollMs = 25;

/**
 * A record whose writer died before it knew the pid: the token in the environment tells whether the process came up.
 * The oldest leader of a group is the replica; when only its children are left, their group still bears its number.
 */
export function settle({ table }: Session, record: ReplicaRecord): ReplicaRecord {
  if (record.pid !== undefined || record.isStopped) return record;
  const found = findByToken(table, record.bootToken);
  const leader = found.find(({ pid, group }) => pid === group);
  const [oldest] = found;
  if (oldest === undefined) return record;
  return { ...record, pid: leader?.pid ?? oldest.group, processStart: leader?.start ?? neverSeen };
}

/** Before something is changed: looks long enough to say that a process was never started. Under the slot's lock. */
export async function settlePatiently(session: Session, record: ReplicaRecord): Promise<ReplicaRecord> {
  const { clock } = session;
  const untilMonoMs = clock.monoMs() + bornWithinMs;
  const never = new AbortController().signal;
  for (;;) {
    const settled = settle(session, record);
    if (settled.pid !== undefined || settled.isStopped || clock.monoMs() >= untilMonoMs) return settled;
    await clock.sleep(pollMs, never);
  }
}

/** `unknown` when the process may not be looked at. */
export function isRunning({ table }: Session, record: ReplicaRecord): Answer {
  const identity = identityOf(record);
  return identity === undefined ? 'no' : isSameProcess(table, identity);
}

/** As a listing shows it, without any lock and without writing anything. */
export function seeReplica(session: Session, record: ReplicaRecord): Replica {
  const { site, table } = session;
  const identity = identityOf(record);
  const running = isRunning(session, record);
  const seen = {
    id: record.id,
    bootId: record.bootToken,
    deployment: record.deployment,
    site,
    slot: record.slot,
    url: `http://127.0.0.1:${record.port}`,
    startedAtMs: record.startedAtMs,
    startKey: record.startKey,
  };
  if (record.isStopped) return { ...seen, url: undefined, state: 'stopped', billed: 'no' };
  if (running !== 'no') return { ...seen, state: 'running', billed: running };
  if (identity === undefined && isBeingStarted(session, record))
    return { ...seen, state: 'starting', billed: 'unknown' };
  // Its first process is gone; what that one started may still hold the port and the accelerator.
  const isLeft = identity !== undefined && isAnyoneLeft(table, identity);
  return { ...seen, state: 'gone', billed: isLeft ? 'yes' : 'no' };
}

/** Somebody holds the slot: a record without a process is then not a crash but a start under way. */
function isBeingStarted(session: Session, { id }: ReplicaRecord): boolean {
  const path = session.slotLock(id);
  // Whoever changes it has made the file; a look makes none.
  if (!existsSync(path)) return false;
  const lock = tryLock(path);
  lock?.release();
  return lock === undefined;
}

export interface Refused {
  readonly kind: 'refused';
  readonly error: ProviderError;
}

/** A refusal as every part of the session gives it: nothing was changed. */
export function refused(errorClass: ErrorClass, code: string, message: string): Refused {
  return { kind: 'refused', error: { class: errorClass, code, message } };
}
