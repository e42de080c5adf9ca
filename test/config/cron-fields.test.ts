import { Cron } from 'croner';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCronFields } from '../../src/config/cron-fields.ts';
import type { CronFields } from '../../src/model/cron-fields.ts';
import { cronLines } from '../model/support/cron-lines.ts';

function fieldsOf(text: string): CronFields {
  const reading = readCronFields(text);
  if (reading.kind !== 'fields') throw new Error(reading.why);
  return reading.fields;
}

test('reads numbers, lists, ranges and steps', () => {
  expect(fieldsOf('5,10-12,*/30 9-17/4 * * *')).toMatchObject({
    text: '5,10-12,*/30 9-17/4 * * *',
    minutes: [0, 5, 10, 11, 12, 30],
    hours: [9, 13, 17],
    daysOfMonth: undefined,
    daysOfWeek: undefined,
  });
});

test('names become numbers, and spaces one', () => {
  expect(fieldsOf('  0  7 1 JAN-mar,Dec\tMon-Fri,Sun ')).toMatchObject({
    text: '0 7 1 1-3,12 1-5,0',
    months: [1, 2, 3, 12],
    daysOfWeek: [0, 1, 2, 3, 4, 5],
  });
});

test('each field goes to both of its ends', () => {
  expect(fieldsOf('0,59 0,23 1,31 1,12 0,6')).toMatchObject({
    ...{ minutes: [0, 59], hours: [0, 23], daysOfMonth: [1, 31], months: [1, 12], daysOfWeek: [0, 6] },
  });
  expect(fieldsOf('* * * * *')).toMatchObject({
    minutes: { length: 60 },
    hours: { length: 24 },
    months: { length: 12 },
  });
});

test.for([
  ['60 * * * *', 'its minute is "60"'],
  ['* 24 * * *', 'its hour is "24"'],
  ['* * 0 * *', 'its day of the month is "0"'],
  ['* * 32 * *', 'its day of the month is "32"'],
  ['* * * 0 *', 'its month is "0"'],
  ['* * * 13 *', 'its month is "13"'],
  ['* * * * 7', 'its day of the week is "7"'],
  ['* * * * Fri-Mon', 'its day of the week is "Fri-Mon"'],
  ['* * * * Wed#1', 'its day of the week is "Wed#1"'],
  ['* * L * *', 'its day of the month is "L"'],
  ['* * ? * *', 'its day of the month is "?"'],
  ['5/10 * * * *', 'its minute is "5/10"'],
  ['*/0 * * * *', 'its minute is "*/0"'],
  ['*/60 * * * *', 'its minute is "*/60"'],
  ['30-10 * * * *', 'its minute is "30-10"'],
  ['1,,2 * * * *', 'its minute is "1,,2"'],
  ['-5 * * * *', 'its minute is "-5"'],
  ['1.5 * * * *', 'its minute is "1.5"'],
  ['Jan * * * *', 'its minute is "Jan"'],
  ['@hourly', 'it has no five fields'],
  ['* * * *', 'it has no five fields'],
  ['0 * * * * *', 'it has no five fields'],
  ['', 'it has no five fields'],
  [`${'1,'.repeat(200)}1 * * * *`, 'it has no five fields'],
  ['0 0 */2 * Mon', /some crons take either, some want both/],
  ['0 0 1 * */2', /some crons take either, some want both/],
  ['0 0 30 2 *', 'there is no such day'],
  ['0 0 31 4,6,9,11 *', 'there is no such day'],
] as const)('refuses "%s"', ([text, why]) => {
  expect(readCronFields(text)).toMatchObject({
    kind: 'refused',
    why: typeof why === 'string' ? why : expect.stringMatching(why),
  });
});

test.for(['0 0 29 2 *', '0 0 31 4,5 *', '0 0 30 2 Mon', '0 0 */2 * *', '0 0 */1 * Mon', '0 0 1 * *'])(
  'takes "%s"',
  (text) => {
    expect(readCronFields(text).kind).toBe('fields');
  },
);

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 10, 28);

/** By the fields alone, day after day. */
function timesOf(fields: CronFields, most: number): number[] {
  const times: number[] = [];
  for (let dayAtMs = startMs; times.length < most && dayAtMs < startMs + 1500 * dayMs; dayAtMs += dayMs) {
    const day = new Date(dayAtMs);
    const isOfMonth = fields.daysOfMonth?.includes(day.getUTCDate());
    const isOfWeek = fields.daysOfWeek?.includes(day.getUTCDay());
    const isWanted = isOfMonth === undefined ? isOfWeek !== false : isOfMonth || isOfWeek === true;
    if (!isWanted || !fields.months.includes(day.getUTCMonth() + 1)) continue;
    for (const hour of fields.hours)
      for (const minute of fields.minutes) times.push(dayAtMs + (hour * 60 + minute) * 60_000);
  }
  return times.slice(0, most);
}

test('names the same minutes as what computes our slots', () => {
  fc.assert(
    fc.property(cronLines, (line) => {
      const fields = fieldsOf(line);
      const times = timesOf(fields, 40);
      const job = new Cron(fields.text, { timezone: 'UTC', mode: '5-part', paused: true });
      expect(times).toEqual(job.nextRuns(times.length, new Date(startMs - 1000)).map((at) => at.getTime()));
    }),
    { numRuns: 60 },
  );
});
