/** The store of a configuration's state directory: apart from the engine, so that who only looks loads nothing that acts. */
import type { Config } from '../model/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { readBootId } from '../system/boot-id.ts';
import { createRandom } from '../system/random.ts';

/** `read` never creates or changes anything. */
export function openStore(config: Config, mode: 'read' | 'write', clock: Clock): Store {
  return openSqliteStore({ dir: config.stateDir, mode, clock, random: createRandom(), bootId: readBootId() });
}
