/** The embedded store: one SQLite file in the state directory, no server. */
import type { Snapshot } from '../../model/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Store } from '../../ports/store.ts';
import { createBlockStore } from './block-store.ts';
import { openDatabase } from './database.ts';
import { parseKept } from './failure.ts';
import { refuseDamaged } from './inspect.ts';
import { appendRows, createJournalStore } from './journal-store.ts';
import { createLeaseStore } from './lease-store.ts';
import { createOperationStore } from './operation-store.ts';
import { createStandingStore } from './standing-store.ts';

export interface SqliteOptions {
  /** The state directory; made with mode 0700 when it is missing. */
  readonly dir: string;
  readonly mode: 'read' | 'write';
  readonly clock: Clock;
  readonly random: Random;
  /** The machine's present boot: leases from an earlier one have expired. */
  readonly bootId: string;
}

/** Throws `NotFound` (read mode, nothing there yet), `StoreFailed` or `StoreCorrupt`. */
export function openSqliteStore({ dir, mode, ...deps }: SqliteOptions): Store {
  const db = openDatabase(dir, mode);
  if (mode === 'write') refuseDamaged(db);
  return {
    lease: createLeaseStore(db, deps),
    journal: createJournalStore(db),
    operations: createOperationStore(db),
    standing: createStandingStore(db, (drafts) => appendRows(db, drafts)),
    blocks: createBlockStore(db),
    snapshots: {
      async put(snapshot) {
        const text = JSON.stringify(snapshot);
        db.transact(() =>
          db.run(
            'INSERT INTO snapshot VALUES (?, ?) ON CONFLICT (deployment) DO UPDATE SET text = excluded.text',
            snapshot.deployment,
            text,
          ),
        );
      },
      async get(deployment) {
        const [row] = db.all('SELECT text FROM snapshot WHERE deployment = ?', deployment);
        return row === undefined ? undefined : parseKept<Snapshot>(db.path, row['text']);
      },
    },
    async close() {
      db.close();
    },
  };
}
