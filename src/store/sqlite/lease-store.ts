/** Leases in SQLite: no server keeps time, so a taker watches the holder's renewal counter on its own clock. */
import { assert } from '../../errors.ts';
import type { Lease, LeaseRecord } from '../../model/lease.ts';
import type { Actor } from '../../model/operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { LeaseReply, LeaseStore } from '../../ports/store.ts';
import type { Database } from './database.ts';

interface Watch {
  readonly epoch: number;
  readonly counter: number;
  readonly sinceMonoMs: number;
}

interface Row {
  readonly holderId: string | null;
  readonly counter: number;
  readonly bootId: string;
  readonly record: LeaseRecord;
}

/** Kept free at the end of a lease: a call issued before it must have left this process in time. */
export function marginMs(ttlMs: number): number {
  return Math.max(50, ttlMs / 10);
}

/** `bootId`: the machine's present boot; a lease from another one has expired, because its holder cannot live. */
export function createLeaseStore(
  db: Database,
  deps: { readonly clock: Clock; readonly random: Random; readonly bootId: string },
): LeaseStore {
  const { clock, random, bootId } = deps;
  const watches = new Map<string, Watch>();

  const readRow = (deployment: string): Row | undefined => {
    const [row] = db.all('SELECT * FROM lease WHERE deployment = ?', deployment);
    if (row === undefined) return undefined;
    const record: LeaseRecord = {
      deployment,
      holder: JSON.parse(String(row['holder'])) as Actor,
      epoch: Number(row['epoch']),
      ttlMs: Number(row['ttl_ms']),
      renewedAtMs: Number(row['renewed_at_ms']),
    };
    return {
      holderId: row['holder_id'] === null ? null : String(row['holder_id']),
      counter: Number(row['counter']),
      bootId: String(row['boot_id']),
      record,
    };
  };

  /** Released, from before this machine's last start, or standing still for its whole time. */
  const isFree = (row: Row): boolean => {
    if (row.holderId === null || row.bootId !== bootId) return true;
    const { deployment, epoch, ttlMs } = row.record;
    const watch = watches.get(deployment);
    if (watch?.epoch === epoch && watch.counter === row.counter) return clock.monoMs() - watch.sinceMonoMs >= ttlMs;
    watches.set(deployment, { epoch, counter: row.counter, sinceMonoMs: clock.monoMs() });
    return false;
  };

  return {
    async acquire(deployment, holder, ttlMs) {
      return db.transact((): LeaseReply => {
        const row = readRow(deployment);
        if (row !== undefined && !isFree(row)) return { kind: 'busy', record: row.record };
        const sentMonoMs = clock.monoMs();
        const holderId = random.id(16);
        const epoch = (row?.record.epoch ?? 0) + 1;
        db.run(
          `INSERT INTO lease VALUES (?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (deployment) DO UPDATE SET holder_id = excluded.holder_id,
             holder = excluded.holder, epoch = excluded.epoch, counter = 0, ttl_ms = excluded.ttl_ms, boot_id = excluded.boot_id,
             renewed_at_ms = excluded.renewed_at_ms`,
          deployment,
          holderId,
          JSON.stringify(holder),
          epoch,
          ttlMs,
          bootId,
          clock.nowMs(),
        );
        watches.delete(deployment);
        return {
          kind: 'held',
          lease: {
            deployment,
            holder,
            holderId,
            epoch,
            ttlMs,
            usableUntilMonoMs: sentMonoMs + ttlMs - marginMs(ttlMs),
          },
        };
      });
    },
    async renew(lease) {
      return db.transact((): LeaseReply => {
        const sentMonoMs = clock.monoMs();
        const changed = db.run(
          'UPDATE lease SET counter = counter + 1, renewed_at_ms = ? WHERE deployment = ? AND holder_id = ? AND epoch = ?',
          clock.nowMs(),
          lease.deployment,
          lease.holderId,
          lease.epoch,
        );
        if (changed === 1) return { kind: 'held', lease: renewed(lease, sentMonoMs) };
        const row = readRow(lease.deployment);
        assert(row !== undefined, `the lease of ${lease.deployment} vanished from the store`);
        return { kind: 'busy', record: row.record };
      });
    },
    async release(lease) {
      db.transact(() =>
        db.run(
          'UPDATE lease SET holder_id = NULL WHERE deployment = ? AND holder_id = ?',
          lease.deployment,
          lease.holderId,
        ),
      );
    },
    async read(deployment) {
      return readRow(deployment)?.record;
    },
  };
}

function renewed(lease: Lease, sentMonoMs: number): Lease {
  return { ...lease, usableUntilMonoMs: sentMonoMs + lease.ttlMs - marginMs(lease.ttlMs) };
}
