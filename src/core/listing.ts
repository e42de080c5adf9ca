/** What a site holds, from lists that may be short: one list without a replica is not yet its absence. */
import type { Replica } from '../model/replica.ts';

/** A replica that some list had, whether or not the newest one has it. */
export interface Listed {
  readonly replica: Replica;
  /** When a list was without it first, since one had it; epoch milliseconds. */
  readonly missingSinceMs: number | undefined;
}

/** Clouds' lists lag and come in pages that may be stale: a second list, at least this much later, must agree. Milliseconds. */
export const leastAbsenceMs = 2000;

/** How much later, by the lag of its provider's lists. */
export function absentAfterMs(listLagMs: number): number {
  return Math.max(leastAbsenceMs, listLagMs);
}

/**
 * When lists were seen, as far as anything rests on it: the newest first of those that are old enough to agree with one of
 * `atMs`, which comes last.
 */
export function noteList(before: readonly number[], atMs: number, listLagMs: number): readonly number[] {
  // Times of a clock that was set back since say nothing.
  const times = [...before.filter((each) => each < atMs), atMs];
  const firstYoung = times.findIndex((each) => atMs - each < absentAfterMs(listLagMs));
  return times.slice(Math.max(0, firstYoung - 1));
}

/** Of those noted, the one that is old enough to agree with the newest. */
export function earlierList(times: readonly number[], listLagMs: number): number | undefined {
  const [first] = times;
  const newest = times.at(-1);
  if (first === undefined || newest === undefined || newest - first < absentAfterMs(listLagMs)) return undefined;
  return first;
}

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
  const afterMs = absentAfterMs(listLagMs);
  const ids = new Set(listed.map(({ id }) => id));
  const missing = before
    .filter(({ replica }) => !ids.has(replica.id))
    .map(({ replica, missingSinceMs }) => ({ replica, missingSinceMs: missingSinceMs ?? atMs }))
    .filter(({ missingSinceMs }) => atMs - missingSinceMs < afterMs);
  return [...listed.map((replica) => ({ replica, missingSinceMs: undefined })), ...missing];
}
