/** What schedulers cannot hold; each is asked before its files are written. */
import type { CronFields } from '../../model/cron-fields.ts';

/** What a word or a path may not have for a unit of systemd to hold it. */
export const neverInUnits = /["'\\]/;

/** A CronJob's name leaves room for what its Jobs are named: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/, 2026-11. */
export const mostJobNameLetters = 52;

/** GitHub begins no run sooner after the one before, in minutes: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule, 2026-11. */
export const leastGapMin = 5;

/** The fewest minutes between two times of a day, or from its last to the first of the next. */
export function gapMin({ minutes, hours }: CronFields): number {
  const ofDay = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  return Math.min(...ofDay.map((at, index) => (ofDay[index + 1] ?? (ofDay[0] ?? 0) + 1440) - at));
}
