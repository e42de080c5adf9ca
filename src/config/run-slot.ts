/** Which slot a run that a scheduler began belongs to: two runs of one slot are one run. */
import { slotsAround } from './cron.ts';

/** When runs are wanted. */
export type RunSchedule =
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
  /** At most once in each such time, counted from 1970: the same slots on every host. */
  | { readonly kind: 'interval'; readonly everyMs: number };

/** A clock that is at most this far behind that of the scheduler does not move a run into the slot before, in milliseconds. */
export const earlyMs = 5000;

/** When the slot of a run at this moment began, epoch milliseconds; undefined: there is none yet. Throws for what is no schedule. */
export async function runSlotMs(schedule: RunSchedule, nowMs: number): Promise<number | undefined> {
  const atMs = nowMs + earlyMs;
  if (schedule.kind === 'interval') return Math.floor(atMs / schedule.everyMs) * schedule.everyMs;
  const { cron, timezone } = schedule;
  return (await slotsAround({ cron, timezone, skipDates: [] }, atMs)).lastMs;
}
