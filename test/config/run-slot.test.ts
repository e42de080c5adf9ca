import { expect, test } from 'vitest';
import { earlyMs, type RunSchedule, runSlotMs } from '../../src/config/run-slot.ts';

const hourly: RunSchedule = { kind: 'cron', cron: '17 * * * *', timezone: 'UTC' };
const tenMinutes: RunSchedule = { kind: 'interval', everyMs: 600_000 };

async function slot(schedule: RunSchedule, now: string, plusMs = 0): Promise<string | undefined> {
  const slotMs = await runSlotMs(schedule, Date.parse(now) + plusMs);
  return slotMs === undefined ? undefined : new Date(slotMs).toISOString().replace(':00.000Z', 'Z');
}

test.for([
  { schedule: hourly, at: '2026-11-23T10:17:00Z', is: '2026-11-23T10:17Z', before: '2026-11-23T09:17Z' },
  { schedule: tenMinutes, at: '2026-11-23T10:20:00Z', is: '2026-11-23T10:20Z', before: '2026-11-23T10:10Z' },
])('a run of a $schedule.kind belongs to the slot that began, also when its clock is a little behind', async (row) => {
  const { schedule, at, is, before } = row;
  expect(await slot(schedule, at)).toBe(is);
  expect(await slot(schedule, at, 599_000 - earlyMs)).toBe(is);
  expect(await slot(schedule, at, -earlyMs)).toBe(is);
  expect(await slot(schedule, at, -earlyMs - 1)).toBe(before);
});

test('a cron line is read on the clocks of its zone', async () => {
  const daily: RunSchedule = { kind: 'cron', cron: '30 2 * * *', timezone: 'Europe/Stockholm' };
  expect(await slot(daily, '2026-11-23T12:00:00Z')).toBe('2026-11-23T01:30Z');
  // Both times that 02:30 comes are one slot.
  expect(await slot(daily, '2026-10-25T01:30:30Z')).toBe('2026-10-25T00:30Z');
});

test('a day that never comes has no slot, and what is no schedule is an error', async () => {
  expect(await slot({ kind: 'cron', cron: '0 0 30 2 *', timezone: 'UTC' }, '2026-11-23T12:00:00Z')).toBeUndefined();
  await expect(runSlotMs({ kind: 'cron', cron: '61 * * * *', timezone: 'UTC' }, 0)).rejects.toThrow();
});
