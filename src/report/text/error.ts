/** An error for people: what and where, the values seen, what to do. */
import type { GodwitError } from '../../errors.ts';
import { sanitize } from './sanitize.ts';
import { widthOf } from './width.ts';

/** Longest message and value; both may quote what came from outside. */
const maxMessage = 600;
const maxValue = 200;
const maxDetails = 12;

/** Lines without the last line break: `error: …`, one line per value, what to try, and what was or was not changed. */
export function errorText(error: GodwitError, exitCode: number, left?: string): string {
  const [first = '', ...more] = error.message.split('\n').map((line) => sanitize(line, maxMessage));
  const rows = Object.entries(error.details)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    .slice(0, maxDetails)
    .map(([key, value]): [string, string] => [words(key), sanitize(String(value), maxValue)]);
  if (error.hint !== undefined) rows.push(['try', sanitize(error.hint, maxMessage)]);
  const keyWidth = Math.max(0, ...rows.map(([key]) => key.length));
  const lines = [`error: ${first}`, ...more, ...rows.map(([key, value]) => `  ${key.padEnd(keyWidth)}  ${value}`)];
  if (left !== undefined) lines.push(left);
  return withExit(lines.join('\n'), exitCode, 80);
}

/** `(exit N)` behind the text, or on a line of its own where it would not fit. */
export function withExit(text: string, exitCode: number, width: number): string {
  const said = `(exit ${exitCode})`;
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return widthOf(last) + 2 + said.length <= width ? `${text}  ${said}` : `${text}\n${said}`;
}

/** `lastSeenAt` → `last seen at`. */
function words(key: string): string {
  return sanitize(key, 40).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
