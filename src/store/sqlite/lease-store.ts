/** Leases in SQLite: no server keeps time, so a taker watches the holder's renewal counter on its own clock. */
import { assert } from '../../errors.ts';
import type { Lease, LeaseRecord } from '../../model/lease.ts';
import type { Actor } from '../../model/operation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { LeaseReply, LeaseStore } from '../../ports/store.ts';
import { createLeaseWatch, usableUntilMonoMs } from '../lease-watch.ts';
import type { Database, Row } from './database.ts';
import { parseKept } from './failure.ts';

interface Kept {
  readonly holderId: string | null;
  readonly counter: number;
  readonly bootId: string;
  readonly record: LeaseRecord;
}

interface LeaseDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The machine's present boot; a lease from another one has expired, because its holder cannot live. */
  readonly bootId: string;
}

export function createLeaseStore(db: Database, { clock, random, bootId }: LeaseDeps): LeaseStore {
  const watch = createLeaseWatch(clock);

  /** Released, from before this machine's last start, or standing still for its whole time. */
  const isFree = ({ holderId, bootId: boot, counter, record }: Kept): boolean =>
    holderId === null || boot !== bootId || watch.hasStoodStill({ ...record, counter });

  return {
    async acquire(deployment, holder, ttlMs) {
      // Looking and taking are one transaction: of two takers the second finds another epoch and counter.
      return db.transact((): LeaseReply => {
        const kept = readKept(db, deployment, clock);
        if (kept !== undefined && !isFree(kept)) return { kind: 'busy', record: kept.record };
        const sentMonoMs = clock.monoMs();
        const epoch = (kept?.record.epoch ?? 0) + 1;
        const lease = { deployment, holder, holderId: random.id(16), epoch, ttlMs };
        writeTaken(db, lease, { bootId, nowMs: clock.nowMs(), monoMs: sentMonoMs });
        watch.forget(deployment);
        return { kind: 'held', lease: { ...lease, usableUntilMonoMs: usableUntilMonoMs(sentMonoMs, ttlMs) } };
      });
    },
    async renew(lease) {
      return db.transact((): LeaseReply => {
        const { deployment, holderId, epoch, ttlMs } = lease;
        const sentMonoMs = clock.monoMs();
        const changed = db.run(
          'UPDATE lease SET counter = counter + 1, renewed_at_ms = ? WHERE deployment = ? AND holder_id = ? AND epoch = ?',
          clock.nowMs(),
          deployment,
          holderId,
          epoch,
        );
        if (changed === 1) {
          return { kind: 'held', lease: { ...lease, usableUntilMonoMs: usableUntilMonoMs(sentMonoMs, ttlMs) } };
        }
        const kept = readKept(db, deployment, clock);
        assert(kept !== undefined, `the lease of ${deployment} vanished from the store`);
        return { kind: 'busy', record: kept.record };
      });
    },
    async release({ deployment, holderId }) {
      const sql = 'UPDATE lease SET holder_id = NULL WHERE deployment = ? AND holder_id = ?';
      db.transact(() => db.run(sql, deployment, holderId));
    },
    async read(deployment) {
      const kept = readKept(db, deployment, clock);
      return kept === undefined || kept.holderId === null || kept.bootId !== bootId ? undefined : kept.record;
    },
  };
}

function readKept(db: Database, deployment: string, clock: Clock): Kept | undefined {
  const [row] = db.all('SELECT * FROM lease WHERE deployment = ?', deployment);
  if (row === undefined) return undefined;
  const record: LeaseRecord = {
    deployment,
    holder: parseKept<Actor>(db.path, row['holder']),
    epoch: Number(row['epoch']),
    ttlMs: Number(row['ttl_ms']),
    renewedAtMs: Number(row['renewed_at_ms']),
    heldMs: heldMs(row['taken_at_mono_ms'], clock),
  };
  return {
    holderId: row['holder_id'] === null ? null : String(row['holder_id']),
    counter: Number(row['counter']),
    bootId: String(row['boot_id']),
    record,
  };
}

/** Of a lease that an older version took nobody knows: 0 until it is taken anew. */
function heldMs(takenAtMonoMs: Row[string] | undefined, clock: Clock): number {
  return takenAtMonoMs === null || takenAtMonoMs === undefined
    ? 0
    : Math.max(0, clock.monoMs() - Number(takenAtMonoMs));
}

function writeTaken(
  db: Database,
  { deployment, holder, holderId, epoch, ttlMs }: Omit<Lease, 'usableUntilMonoMs'>,
  { bootId, nowMs, monoMs }: { readonly bootId: string; readonly nowMs: number; readonly monoMs: number },
): void {
  db.run(
    // By name: a program of before goes on with a table that a newer one gave more columns.
    `INSERT INTO lease (deployment, holder_id, holder, epoch, counter, ttl_ms, boot_id, renewed_at_ms, taken_at_mono_ms)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (deployment) DO UPDATE SET holder_id = excluded.holder_id,
       holder = excluded.holder, epoch = excluded.epoch, counter = 0, ttl_ms = excluded.ttl_ms, boot_id = excluded.boot_id,
       renewed_at_ms = excluded.renewed_at_ms, taken_at_mono_ms = excluded.taken_at_mono_ms`,
    deployment,
    holderId,
    JSON.stringify(holder),
    epoch,
    ttlMs,
    bootId,
    nowMs,
    monoMs,
  );
}
