/** Whether the calendar allows something now, and from when it does. */
import type { WeekWindow, WindowSight } from '../model/week-window.ts';

const minuteMs = 60_000;
const dayMin = 1440;

/** Clocks are set at whole quarters of an hour: within one, local time and UTC go alike. */
const quarterMin = 15;

/** Two weeks and a day: a window of one hour a week may be the hour that a zone leaves out. */
const mostQuarters = (15 * dayMin) / quarterMin;

/**
 * By what the clocks of the zone show: an hour that comes twice is allowed twice, one that is left out opens nothing, and a window
 * that would open in it opens right after. Throws `RangeError` for a zone there is not.
 */
export function windowsAt(windows: readonly WeekWindow[], timezone: string, nowMs: number): WindowSight {
  const clockAt = readClock(timezone);
  const nowMin = Math.floor(nowMs / minuteMs);
  if (isOpenAt(windows, clockAt(nowMin))) return { isOpen: true };
  const first = Math.floor(nowMin / quarterMin);
  for (let quarter = first; quarter <= first + mostQuarters; quarter += 1) {
    const opensAtMin = opensWithin(windows, quarter * quarterMin, nowMin, clockAt(quarter * quarterMin));
    if (opensAtMin !== undefined) return { isOpen: false, opensAtMs: opensAtMin * minuteMs };
  }
  return { isOpen: false, opensAtMs: undefined };
}

/** Minutes since Sunday began. */
type WeekMinute = number;

function opensWithin(
  windows: readonly WeekWindow[],
  beginsAtMin: number,
  afterMin: number,
  local: WeekMinute,
): number | undefined {
  for (let minute = 0; minute < quarterMin; minute += 1)
    if (beginsAtMin + minute > afterMin && isOpenAt(windows, local + minute)) return beginsAtMin + minute;
  return undefined;
}

function isOpenAt(windows: readonly WeekWindow[], at: WeekMinute): boolean {
  const [day, minute] = [Math.floor(at / dayMin) % 7, at % dayMin];
  return windows.some(({ days, fromMin, untilMin }) => {
    if (fromMin < untilMin) return days.includes(day) && fromMin <= minute && minute < untilMin;
    return (days.includes(day) && fromMin <= minute) || (days.includes((day + 6) % 7) && minute < untilMin);
  });
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What the zone's clocks show at a minute since 1970. */
function readClock(timezone: string): (atMin: number) => WeekMinute {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: timezone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  return (atMin) => {
    const parts = new Map(format.formatToParts(atMin * minuteMs).map(({ type, value }) => [type, value]));
    const day = weekdays.indexOf(parts.get('weekday') ?? '');
    return day * dayMin + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  };
}
