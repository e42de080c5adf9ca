/** The leases of a store in memory, with the promises of those on disk. */
import { assert } from '../errors.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { LeaseReply, LeaseStore } from '../ports/store.ts';
import { createLeaseWatch, usableUntilMonoMs } from './lease-watch.ts';

/** As a disk would hold it. */
export interface LeaseRow {
  readonly holderId: string | undefined;
  readonly counter: number;
  readonly bootId: string;
  /** On the clock of that boot. */
  readonly takenAtMonoMs: number;
  readonly record: Omit<LeaseRecord, 'heldMs'>;
}

/** Every call does its work before it returns its promise. */
export function createMemoryLeases(
  leases: Map<string, LeaseRow>,
  { clock, random, bootId }: { readonly clock: Clock; readonly random: Random; readonly bootId: string },
): LeaseStore {
  const watch = createLeaseWatch(clock);
  const isFree = ({ holderId, bootId: boot, counter, record }: LeaseRow): boolean =>
    holderId === undefined || boot !== bootId || watch.hasStoodStill({ ...record, counter });
  const recordOf = ({ record, takenAtMonoMs }: LeaseRow): LeaseRecord => {
    return { ...record, heldMs: clock.monoMs() - takenAtMonoMs };
  };
  return {
    async acquire(deployment, holder, ttlMs) {
      const row = leases.get(deployment);
      if (row !== undefined && !isFree(row)) return { kind: 'busy', record: recordOf(row) };
      const epoch = (row?.record.epoch ?? 0) + 1;
      const holderId = random.id(16);
      const record = { deployment, holder, epoch, ttlMs, renewedAtMs: clock.nowMs() };
      leases.set(deployment, { holderId, counter: 0, bootId, takenAtMonoMs: clock.monoMs(), record });
      watch.forget(deployment);
      const usableUntil = usableUntilMonoMs(clock.monoMs(), ttlMs);
      return { kind: 'held', lease: { deployment, holder, holderId, epoch, ttlMs, usableUntilMonoMs: usableUntil } };
    },
    async renew(lease): Promise<LeaseReply> {
      const row = leases.get(lease.deployment);
      assert(row !== undefined, `the lease of ${lease.deployment} vanished from the store`);
      if (row.holderId !== lease.holderId) return { kind: 'busy', record: recordOf(row) };
      const record = { ...row.record, renewedAtMs: clock.nowMs() };
      leases.set(lease.deployment, { ...row, counter: row.counter + 1, record });
      return { kind: 'held', lease: { ...lease, usableUntilMonoMs: usableUntilMonoMs(clock.monoMs(), lease.ttlMs) } };
    },
    async release({ deployment, holderId }) {
      const row = leases.get(deployment);
      if (row?.holderId === holderId) leases.set(deployment, { ...row, holderId: undefined });
    },
    async read(deployment) {
      const row = leases.get(deployment);
      return row === undefined || row.holderId === undefined || row.bootId !== bootId ? undefined : recordOf(row);
    },
  };
}
