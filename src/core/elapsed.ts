/** How long ago something on record was, by a wall clock that may have been set back since. */

/** A clock is corrected by less than this in daily life; a record further ahead was dated by a wrong clock. Milliseconds. */
const skewMs = 60_000;

/** Whether less than `limitMs` passed since then. What lies in the future counts as just now, unless it lies far in it (I28). */
export function isWithin(limitMs: number, atMs: number, nowMs: number): boolean {
  return nowMs - atMs < limitMs && nowMs - atMs >= -skewMs;
}
