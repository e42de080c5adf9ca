import { expect, test } from 'vitest';
import { gapMin } from '../../../src/report/cron/limits.ts';
import { onCalendar } from '../../../src/report/cron/on-calendar.ts';
import { fieldsOf } from './jobs.ts';

test.for([
  ['17 * * * *', ['*-*-* *:17:00 UTC']],
  ['*/15 * * * *', ['*-*-* *:00..45/15:00 UTC']],
  ['0,15,30 * * * *', ['*-*-* *:00,15,30:00 UTC']],
  ['* 9-17 * * 1-5', ['Mon,Tue,Wed,Thu,Fri *-*-* 09..17:*:00 UTC']],
  ['5 4 1 1,7 *', ['*-01,07-01 04:05:00 UTC']],
  ['5 4 13 * Fri', ['*-*-13 04:05:00 UTC', 'Fri *-*-* 04:05:00 UTC']],
  ['5 4 * * 0-6', ['Sun,Mon,Tue,Wed,Thu,Fri,Sat *-*-* 04:05:00 UTC']],
  ['5 4 1-31 * Fri', ['*-*-* 04:05:00 UTC', 'Fri *-*-* 04:05:00 UTC']],
] as const)('%s', ([line, calendars]) => {
  expect(onCalendar(fieldsOf(line), 'UTC')).toEqual(calendars);
});

test.for([
  ['17 * * * *', 60],
  ['*/5 * * * *', 5],
  ['*/7 * * * *', 4],
  ['58,2 * * * *', 4],
  ['58,2 3 * * *', 56],
  ['58,2 23,0 * * *', 4],
  ['17 3 * * *', 1440],
] as const)('%s comes at least %i minutes apart', ([line, minutes]) => {
  expect(gapMin(fieldsOf(line))).toBe(minutes);
});
