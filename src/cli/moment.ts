/** A moment as people type it. */
import { GodwitError } from '../errors.ts';

const dayMs = 86_400_000;

/**
 * `02:51` or `02:51:30` (UTC; the last time it was that late), or ISO 8601 such as `2026-11-25T02:51Z`; epoch milliseconds.
 * Throws `UsageInvalid`.
 */
export function momentOf(typed: string, nowMs: number): number {
  const clock = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?Z?$/.exec(typed);
  if (clock !== null) {
    const [, hours, minutes, seconds = '0'] = clock;
    const ofDayMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    const todayMs = Math.floor(nowMs / dayMs) * dayMs + ofDayMs;
    return todayMs <= nowMs ? todayMs : todayMs - dayMs;
  }
  // Without a zone a date would mean another moment on every machine.
  const isDated = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(typed);
  const atMs = isDated ? Date.parse(typed) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new GodwitError('UsageInvalid', `"${typed}" is no time`, { hint: 'write 02:51 (UTC) or 2026-11-25T02:51Z' });
}
