import { expect, test } from 'vitest';
import { slotsAround } from '../../src/config/cron.ts';

const at = (text: string): number => Date.parse(text);

async function around(cron: string, now: string, timezone = 'UTC', skipDates: readonly string[] = []) {
  const { lastMs, nextMs } = await slotsAround({ cron, timezone, skipDates }, at(now));
  const text = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  return [text(lastMs)?.replace(':00.000Z', 'Z'), text(nextMs)?.replace(':00.000Z', 'Z')];
}

test.for([
  {
    name: 'one millisecond before it',
    now: '2026-11-25T03:29:59.999Z',
    last: '2026-11-18T03:30Z',
    next: '2026-11-25T03:30Z',
  },
  { name: 'at the slot itself', now: '2026-11-25T03:30:00Z', last: '2026-11-25T03:30Z', next: '2026-12-02T03:30Z' },
  {
    name: 'one millisecond after it',
    now: '2026-11-25T03:30:00.001Z',
    last: '2026-11-25T03:30Z',
    next: '2026-12-02T03:30Z',
  },
  { name: 'days later', now: '2026-11-28T00:00:00Z', last: '2026-11-25T03:30Z', next: '2026-12-02T03:30Z' },
])('a weekly slot, $name', async ({ now, last, next }) => {
  expect(await around('30 3 * * 3', now)).toEqual([last, next]);
});

test('the times are those of the zone', async () => {
  expect(await around('0 9 * * *', '2026-07-01T12:00:00Z', 'Europe/Stockholm')).toEqual([
    '2026-07-01T07:00Z',
    '2026-07-02T07:00Z',
  ]);
});

test('a time that is skipped when clocks go forward comes right after', async () => {
  // 02:30 does not exist in Berlin on 2026-03-29: 01:59:59 is followed by 03:00.
  expect(await around('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual([
    '2026-03-28T01:30Z',
    '2026-03-29T01:00Z',
  ]);
  expect(await around('30 2 * * *', '2026-03-29T12:00:00Z', 'Europe/Berlin')).toEqual([
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ]);
});

test('a time that comes twice when clocks go back is taken once', async () => {
  // 02:30 comes at 00:30 and again at 01:30 UTC on 2026-10-25.
  expect(await around('30 2 * * *', '2026-10-25T00:45:00Z', 'Europe/Berlin')).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ]);
  expect(await around('30 2 * * *', '2026-10-25T01:45:00Z', 'Europe/Berlin')).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ]);
});

test('days that are left out are those of the zone', async () => {
  // 00:30 of the 25th in Stockholm is still the 24th in UTC.
  const skipped = await around('30 0 * * *', '2026-12-24T23:45:00Z', 'Europe/Stockholm', ['2026-12-25']);
  expect(skipped).toEqual(['2026-12-23T23:30Z', '2026-12-25T23:30Z']);
});

test('nothing is found where every day is left out', async () => {
  const days = Array.from({ length: 4000 }, (_, index) => `${2026 - 2000 + index}-12-25`);
  expect(await around('0 0 25 12 *', '2026-06-01T00:00:00Z', 'UTC', days)).toEqual([undefined, undefined]);
});

test('a whole day with a slot every minute may be left out', async () => {
  expect(await around('* * * * *', '2026-12-25T12:00:00Z', 'UTC', ['2026-12-25'])).toEqual([
    '2026-12-24T23:59Z',
    '2026-12-26T00:00Z',
  ]);
});

test.for(['* * * * * *', '61 * * * *', 'at noon', '* * * *'])('"%s" is no schedule of five fields', async (cron) => {
  await expect(around(cron, '2026-06-01T00:00:00Z')).rejects.toThrow();
});
