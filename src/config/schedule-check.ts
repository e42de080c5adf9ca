/** Whether a drill's schedule is one, asked of what computes its slots. */
import { slotsAround } from './cron.ts';
import type { Finding } from './finding.ts';
import type { Judged } from './rule.ts';
import { isZone } from './zone.ts';

/** A schedule that never comes comes on no day of the years around this one: the same text gives the same answer. */
const aroundMs = Date.UTC(2026, 0, 1);

/** Beside the rules, which do not wait: what reads schedules is loaded only where there is one. */
export async function checkSchedules({ source, config, isSure }: Judged): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { name, schedule } of config.drills ?? []) {
    const path = ['drills', name, 'schedule'];
    if (schedule === undefined || !isSure(['drills', name]) || !isZone(schedule.timezone)) continue;
    try {
      const { lastMs, nextMs } = await slotsAround(schedule, aroundMs);
      if (lastMs === undefined && nextMs === undefined)
        found.push(source.findingAt([...path, 'cron'], 'there is no such day: it never runs'));
    } catch {
      // Its own message may quote the text, which may come from the environment.
      const hint = 'minute, hour, day of the month, month, day of the week, such as "0 10 * * Wed"';
      found.push(source.findingAt([...path, 'cron'], 'cron does not understand that', hint));
    }
  }
  return found;
}
