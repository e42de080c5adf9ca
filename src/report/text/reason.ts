/** Reasons for people: the code first, so that it can be looked up, then the values seen. */
import type { Reason } from '../../model/reason.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { age, clockTime } from './time.ts';
import { cut } from './width.ts';

/** `CoolDown until 03:38Z (in 12m)`: short, for a line that says more. */
export function reasonWord(reason: Reason, nowMs: number): string {
  if (reason.untilMs === undefined || reason.untilMs <= nowMs) return reason.code;
  return `${reason.code} until ${clockTime(reason.untilMs)} (in ${age(reason.untilMs - nowMs)})`;
}

/** One line per reason, with its message; at most `limit`, and how many more there are. */
export function reasonLines(reasons: readonly Reason[], nowMs: number, style: Style, limit = 10): string[] {
  const lines = reasons.slice(0, limit).map((reason) => {
    const line = cut(`${reasonWord(reason, nowMs)}: ${sanitize(reason.message)}`, style.width - 4);
    return `  ${tint('bad', mark('bad', style), style)}${line}`;
  });
  return reasons.length > limit ? [...lines, `  and ${reasons.length - limit} more`] : lines;
}
