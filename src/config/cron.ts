/** When a schedule wants its drill run, with clocks that are set forward and back. */
import type { DrillSchedule } from '../model/drill.ts';

/** Slots looked at in each direction for one that is not on a day that is left out: a day with one a minute, years of daily ones. */
const mostLooked = 1500;

export interface SlotsAround {
  /** The newest one up to now, epoch milliseconds; undefined: there is none in reach. */
  readonly lastMs: number | undefined;
  /** The first one after now. */
  readonly nextMs: number | undefined;
}

/**
 * A time that the zone skips when clocks go forward is the moment after; one that comes twice when they go back is the first. Both
 * days given, of the month and of the week, either will do, as cron has it. Throws for what is no schedule.
 */
export async function slotsAround({ cron, timezone, skipDates }: DrillSchedule, nowMs: number): Promise<SlotsAround> {
  const { Cron } = await import('croner');
  // Never started: it only computes.
  const job = new Cron(cron, { timezone, mode: '5-part', paused: true });
  const days = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  const isWanted = (at: Date): boolean => !skipDates.includes(days.format(at));
  // What it gives lies strictly before and strictly after.
  const past = (many: number): readonly Date[] =>
    job.previousRuns(many + 1, new Date(nowMs + 1000)).filter((at) => at.getTime() <= nowMs);
  const coming = (many: number): readonly Date[] => job.nextRuns(many, new Date(nowMs));
  const firstOf = (slots: (many: number) => readonly Date[]): number | undefined =>
    (slots(1).find(isWanted) ?? slots(mostLooked).find(isWanted))?.getTime();
  return { lastMs: firstOf(past), nextMs: firstOf(coming) };
}
