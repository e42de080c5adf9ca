import { expect, test } from 'vitest';
import { parseWeekWindow } from '../../src/config/week-window.ts';

test.for([
  ['Mon-Fri 06:00-20:00', { days: [1, 2, 3, 4, 5], fromMin: 360, untilMin: 1200 }],
  ['Fri-Mon 06:00-20:00', { days: [0, 1, 5, 6], fromMin: 360, untilMin: 1200 }],
  ['Sat,Sun 22:00-06:00', { days: [0, 6], fromMin: 1320, untilMin: 360 }],
  ['Mon,Mon-Tue,Thu 06:00-07:00', { days: [1, 2, 4], fromMin: 360, untilMin: 420 }],
  ['00:00-24:00', { days: [0, 1, 2, 3, 4, 5, 6], fromMin: 0, untilMin: 1440 }],
  ['Sun 22:00-00:00', { days: [0], fromMin: 1320, untilMin: 1440 }],
  ['Sun 23:59-24:00', { days: [0], fromMin: 1439, untilMin: 1440 }],
] as const)('%s', ([text, window]) => {
  expect(parseWeekWindow(text)).toEqual(window);
});

test.for([
  'Mon-Fri',
  'Mon-Fri 6:00-20:00',
  'mon-fri 06:00-20:00',
  'Montag 06:00-20:00',
  'Mon 06:00-06:00',
  'Mon 00:00-00:00',
  'Mon 24:00-06:00',
  'Mon 06:00-24:01',
  'Mon 06:00-25:00',
  'Mon 06:60-07:00',
  'Mon, Tue 06:00-07:00',
  ' 06:00-07:00',
  '',
])('"%s" is none', (text) => {
  expect(parseWeekWindow(text)).toBeUndefined();
});
