/**
 * A cron line as systemd writes it: `man systemd.time`, systemd 252, checked against `systemd-analyze calendar` by
 * test/integration/cron-files.test.ts.
 */
import type { CronFields } from '../../model/cron-fields.ts';

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * One expression, or two that a timer takes together: with both days given cron takes either, and one expression of systemd wants
 * both. They name the same minutes; on the days when clocks change systemd leaves out what the zone skips.
 */
export function onCalendar(fields: CronFields, timezone: string): readonly string[] {
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = fields;
  const time = `${numbers(hours, 0, 23)}:${numbers(minutes, 0, 59)}:00 ${timezone}`;
  const month = numbers(months, 1, 12);
  const ofMonth = `*-${month}-${daysOfMonth === undefined ? '*' : numbers(daysOfMonth, 1, 31)} ${time}`;
  if (daysOfWeek === undefined) return [ofMonth];
  const ofWeek = `${daysOfWeek.map((day) => weekdays[day]).join(',')} *-${month}-* ${time}`;
  return daysOfMonth === undefined ? [ofWeek] : [ofMonth, ofWeek];
}

function numbers(values: readonly number[], least: number, most: number): string {
  if (values.length === most - least + 1) return '*';
  const [first = 0, second = 0] = values;
  const step = second - first;
  const isEven = values.length > 3 && values.every((value, index) => value === first + index * step);
  if (!isEven) return values.map(two).join(',');
  return `${two(first)}..${two(values.at(-1) ?? 0)}${step === 1 ? '' : `/${step}`}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
