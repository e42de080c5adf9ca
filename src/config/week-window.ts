/** Times of the week as a configuration writes them: `Mon-Fri 06:00-20:00`, `Sat,Sun 22:00-06:00`, `00:00-24:00`. */
import type { WeekWindow } from '../model/week-window.ts';

const names: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const day = `(?:${names.join('|')})`;
const someDays = `${day}(?:-${day})?`;

/** What one is written like; a window may go on into the next day. */
export const weekWindowPattern = `^(?:(${someDays}(?:,${someDays})*) )?([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-4]):([0-5]\\d)$`;

/** Without days it is for every day. Undefined for what is no such text, and for one without length. */
export function parseWeekWindow(text: string): WeekWindow | undefined {
  const [found, days = 'Sun-Sat', fromHour, fromMinute, untilHour, untilMinute] =
    new RegExp(weekWindowPattern).exec(text) ?? [];
  if (found === undefined) return undefined;
  const fromMin = Number(fromHour) * 60 + Number(fromMinute);
  const untilMin = Number(untilHour) * 60 + Number(untilMinute);
  if (fromMin === untilMin || untilMin > 1440) return undefined;
  // Up to midnight and no further: 00:00 is the day's last end, as 24:00 is.
  return { days: daysOf(days), fromMin, untilMin: untilMin === 0 ? 1440 : untilMin };
}

/** `Fri-Mon` goes over the week's end. */
function daysOf(text: string): readonly number[] {
  const found = text.split(',').flatMap((part) => {
    const [from = -1, to = from] = part.split('-').map((name) => names.indexOf(name));
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7);
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}
