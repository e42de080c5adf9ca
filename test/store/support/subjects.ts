import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/ports/store.ts';
import { createMemoryState, openMemoryStore } from '../../../src/store/memory.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { createManualClock } from '../../../src/testkit/manual-clock.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';
import type { StoreSubject } from '../../../src/testkit/store/subject.ts';

export function makeTempDir(): string {
  return mkdtempSync(join(tmpdir(), 'godwit-store-'));
}

/** A store on `dir` with a clock that stands still. */
export function openOn(dir: string, mode: 'read' | 'write' = 'write'): Store {
  return openSqliteStore({ dir, mode, clock: createManualClock(), random: createSeededRandom(1), bootId: 'boot-1' });
}

/** A subject of the store contract, from what opens a handle for a clock and a boot. */
function subjectOf(open: (deps: Parameters<typeof openMemoryStore>[1]) => Store, remove: () => void): StoreSubject {
  const clock = createManualClock();
  const stores: Store[] = [];
  let boots = 1;
  return {
    async open() {
      const store = open({ clock, random: createSeededRandom(stores.length + 1), bootId: `boot-${boots}` });
      stores.push(store);
      return store;
    },
    advance: clock.advance,
    jumpWall: clock.jumpWall,
    monoMs: clock.monoMs,
    reboot() {
      boots += 1;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      remove();
    },
  };
}

export async function makeSqlite(): Promise<StoreSubject> {
  const dir = makeTempDir();
  const remove = (): void => rmSync(dir, { recursive: true });
  return subjectOf((deps) => openSqliteStore({ dir, mode: 'write', ...deps }), remove);
}

export async function makeMemory(): Promise<StoreSubject> {
  const state = createMemoryState();
  return subjectOf(
    (deps) => openMemoryStore(state, deps),
    () => {},
  );
}
