import { expect, test } from 'vitest';
import { windowsAt } from '../../src/core/week-windows.ts';
import type { WeekWindow } from '../../src/model/week-window.ts';

const hour = 60;
const workdays: WeekWindow = { days: [1, 2, 3, 4, 5], fromMin: 6 * hour, untilMin: 20 * hour };
const nights: WeekWindow = { days: [5], fromMin: 22 * hour, untilMin: 6 * hour };
const weekend: WeekWindow = { days: [0, 6], fromMin: 0, untilMin: 24 * hour };
const sundayTwo: WeekWindow = { days: [0], fromMin: 2 * hour, untilMin: 3 * hour };

function at(windows: readonly WeekWindow[], now: string, timezone = 'UTC'): string {
  const sight = windowsAt(windows, timezone, Date.parse(now));
  if (sight.isOpen) return 'open';
  return sight.opensAtMs === undefined ? 'never' : new Date(sight.opensAtMs).toISOString().replace(':00.000Z', 'Z');
}

// 2026-11-23 is a Monday.
test.for([
  { name: 'a millisecond before the day', now: '2026-11-23T05:59:59.999Z', is: '2026-11-23T06:00Z' },
  { name: 'as it begins', now: '2026-11-23T06:00:00Z', is: 'open' },
  { name: 'in its last millisecond', now: '2026-11-23T19:59:59.999Z', is: 'open' },
  { name: 'as it ends', now: '2026-11-23T20:00:00Z', is: '2026-11-24T06:00Z' },
  { name: 'on Friday night', now: '2026-11-27T20:00:00Z', is: '2026-11-30T06:00Z' },
  { name: 'in the last millisecond of Sunday', now: '2026-11-29T23:59:59.999Z', is: '2026-11-30T06:00Z' },
])('Mon-Fri 06:00-20:00, $name', ({ now, is }) => {
  expect(at([workdays], now)).toBe(is);
});

test.for([
  { name: 'a millisecond before the night', now: '2026-11-27T21:59:59.999Z', is: '2026-11-27T22:00Z' },
  { name: 'as it begins', now: '2026-11-27T22:00:00Z', is: 'open' },
  { name: 'after midnight', now: '2026-11-28T00:00:00Z', is: 'open' },
  { name: 'in its last millisecond', now: '2026-11-28T05:59:59.999Z', is: 'open' },
  { name: 'as it ends', now: '2026-11-28T06:00:00Z', is: '2026-12-04T22:00Z' },
  { name: 'early on the day it begins', now: '2026-11-27T05:00:00Z', is: '2026-11-27T22:00Z' },
])('Fri 22:00-06:00 goes on into Saturday, $name', ({ now, is }) => {
  expect(at([nights], now)).toBe(is);
});

test('a whole weekend has no gap at midnight', () => {
  expect(at([weekend], '2026-11-27T23:59:59.999Z')).toBe('2026-11-28T00:00Z');
  expect(at([weekend], '2026-11-28T23:59:59.999Z')).toBe('open');
  expect(at([weekend], '2026-11-29T00:00:00Z')).toBe('open');
  expect(at([weekend], '2026-11-30T00:00:00Z')).toBe('2026-12-05T00:00Z');
});

test('any of several windows will do, the first to open is told', () => {
  expect(at([workdays, nights], '2026-11-27T21:00:00Z')).toBe('2026-11-27T22:00Z');
  expect(at([nights, workdays], '2026-11-28T07:00:00Z')).toBe('2026-11-30T06:00Z');
  expect(at([], '2026-11-28T07:00:00Z')).toBe('never');
});

test('a window may begin at any minute', () => {
  const odd: WeekWindow = { days: [1], fromMin: 6 * hour + 7, untilMin: 6 * hour + 8 };
  expect(at([odd], '2026-11-23T06:06:59.999Z')).toBe('2026-11-23T06:07Z');
  expect(at([odd], '2026-11-23T06:07:59.999Z')).toBe('open');
  expect(at([odd], '2026-11-23T06:08:00Z')).toBe('2026-11-30T06:07Z');
});

test.for([
  { name: 'summer', now: '2026-07-06T03:59:59.999Z', is: '2026-07-06T04:00Z' },
  { name: 'winter', now: '2026-11-23T04:59:59.999Z', is: '2026-11-23T05:00Z' },
  { name: 'the night the clocks go forward', now: '2026-03-28T22:30:00Z', is: '2026-03-30T04:00Z' },
  { name: 'the night the clocks go back', now: '2026-10-24T22:30:00Z', is: '2026-10-26T05:00Z' },
])('the clocks of the zone count: $name', ({ now, is }) => {
  expect(at([workdays], now, 'Europe/Stockholm')).toBe(is);
});

test.for([
  // Stockholm, 2026-03-29: 01:59:59 is followed by 03:00, at 01:00 UTC.
  { name: 'an hour that is left out opens nothing', now: '2026-03-29T00:59:59.999Z', is: '2026-04-05T00:00Z' },
  { name: 'nor does the moment after it', now: '2026-03-29T01:00:00Z', is: '2026-04-05T00:00Z' },
  // 2026-10-25: 02:59:59 at 00:59:59 UTC is followed by 02:00.
  { name: 'an hour that comes twice is open from its first', now: '2026-10-24T23:59:59.999Z', is: '2026-10-25T00:00Z' },
  { name: 'while it comes first', now: '2026-10-25T00:59:59.999Z', is: 'open' },
  { name: 'while it comes again', now: '2026-10-25T01:00:00Z', is: 'open' },
  { name: 'as it ends the second time', now: '2026-10-25T02:00:00Z', is: '2026-11-01T01:00Z' },
])('Sun 02:00-03:00 in Stockholm: $name', ({ now, is }) => {
  expect(at([sundayTwo], now, 'Europe/Stockholm')).toBe(is);
});

test('a window that would open in the hour that is left out opens right after', () => {
  const morning: WeekWindow = { days: [0], fromMin: 2 * hour + 30, untilMin: 6 * hour };
  expect(at([morning], '2026-03-29T00:59:59.999Z', 'Europe/Stockholm')).toBe('2026-03-29T01:00Z');
  expect(at([morning], '2026-03-29T01:00:00Z', 'Europe/Stockholm')).toBe('open');
});

test('half an hour of summer time, and offsets that are no whole hours', () => {
  // Lord Howe, 2026-10-04: 02:00 becomes 02:30, at 15:30 UTC of the day before.
  expect(at([sundayTwo], '2026-10-03T15:29:59.999Z', 'Australia/Lord_Howe')).toBe('2026-10-03T15:30Z');
  expect(at([workdays], '2026-11-23T00:14:59.999Z', 'Asia/Kathmandu')).toBe('2026-11-23T00:15Z');
});

test('a zone there is not is an error', () => {
  expect(() => at([workdays], '2026-11-23T00:00:00Z', 'Mars/Olympus')).toThrow(RangeError);
});
