/** Reasons for people: the code first, so that it can be looked up, then the values seen. */
import type { Reason } from '../../model/reason.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { clockTime } from './time.ts';
import { hanging } from './width.ts';

/** `CoolDown until 03:38Z (in 12m)`: short, for a line that says more. */
export function reasonWord(reason: Reason, nowMs: number): string {
  if (reason.untilMs === undefined || reason.untilMs <= nowMs) return reason.code;
  return `${reason.code} until ${clockTime(reason.untilMs)} (in ${age(reason.untilMs - nowMs)})`;
}

/** A message longer than this many lines quotes something. */
const mostLines = 6;

/** Each reason with its whole message, wrapped under itself; at most `limit`, and how many more there are. */
export function reasonLines(reasons: readonly Reason[], nowMs: number, style: Style, limit = 10): string[] {
  const sign = mark('bad', style);
  const lines = reasons.slice(0, limit).flatMap((reason) => {
    const [first = '', ...more] = hanging(
      sign,
      `${reasonWord(reason, nowMs)}: ${sanitize(reason.message)}`,
      style.width - 2,
      mostLines,
    );
    return [`  ${tint('bad', sign, style)}${first.slice(sign.length)}`, ...more.map((line) => `  ${line}`)];
  });
  return reasons.length > limit ? [...lines, `  and ${reasons.length - limit} more`] : lines;
}
