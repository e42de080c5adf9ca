/** What a site holds, from lists that may be short: one list without a replica is not yet its absence. */
import type { Replica } from '../model/replica.ts';

export interface Listed {
  readonly replica: Replica;
  /** When a list was without it first, since one had it; epoch milliseconds. */
  readonly missingSinceMs: number | undefined;
}

/** Clouds' lists lag and come in pages that may be stale: a second list, at least this much later, must agree. Milliseconds. */
export const leastAbsenceMs = 2000;

/**
 * `listed`: a new list, seen at `atMs`, of a provider whose lists lag by up to `listLagMs`. A replica that it lacks stays
 * as it was last seen until that time has passed, or 2 s if that is longer.
 */
export function mergeListing(
  before: readonly Listed[],
  listed: readonly Replica[],
  atMs: number,
  listLagMs: number,
): readonly Listed[] {
  const absentAfterMs = Math.max(leastAbsenceMs, listLagMs);
  const ids = new Set(listed.map(({ id }) => id));
  const missing = before
    .filter(({ replica }) => !ids.has(replica.id))
    .map(({ replica, missingSinceMs }) => ({ replica, missingSinceMs: missingSinceMs ?? atMs }))
    .filter(({ missingSinceMs }) => atMs - missingSinceMs < absentAfterMs);
  return [...listed.map((replica) => ({ replica, missingSinceMs: undefined })), ...missing];
}
