/** What stands for a time or until it is taken back, as `status` shows it: what, how long still, and the command that ends it. */
import { age } from '../../model/words.ts';
import type { StatusView, Temporary } from '../status-view.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { clockTime } from './time.ts';
import { cut, padEnd, widthOf } from './width.ts';

/** More of them are counted, not listed. */
const maxTemporary = 3;
/** Columns that a thing's own name has at least beside its countdown. */
const leastName = 8;

/**
 * Text starts at column `indent`; no line is wider than `style.width`. `whole`: what has no end gets a second line for a command
 * that does not fit beside its name. `short`: one line each.
 */
export function temporaryLines(
  { temporary: all = [], atMs }: StatusView,
  style: Style,
  indent: number,
  length: 'whole' | 'short',
): string[] {
  const page = { width: style.width, indent };
  const lines = all.slice(0, maxTemporary).flatMap((each) => linesOf(each, atMs, page, length));
  const more = all.length - maxTemporary;
  if (more > 0) lines.push(atColumn(indent, `and ${more} more: godwit status -o json`, style.width));
  return lines.map((line, index) => (index === 0 ? padEnd('Temporary', indent) + line.slice(indent) : line));
}

interface Page {
  readonly width: number;
  readonly indent: number;
}

function atColumn(column: number, text: string, width: number): string {
  return ' '.repeat(column) + cut(text, width - column);
}

function linesOf(
  temporary: Temporary,
  atMs: number,
  { width, indent }: Page,
  length: 'whole' | 'short',
): readonly string[] {
  const { kind, what, by, untilMs, end } = temporary;
  const endless = kind === 'drill' ? 'ends by itself' : 'no end';
  const left = untilMs === undefined ? endless : untilMs > atMs ? `${age(untilMs - atMs)} left` : 'time is over';
  const until = untilMs === undefined ? '' : `, to ${clockTime(untilMs)}`;
  const [name, who] = [sanitize(what, 30), sanitize(by, 30)];
  const beside = width - indent - widthOf(end) - 3;
  const line = (text: string): string => atColumn(indent, text, width);
  if (untilMs === undefined) {
    const texts = [`${name}, ${left}, ${who}`, `${name}, ${left}`];
    const fits = texts.find((text) => widthOf(text) <= beside);
    if (fits !== undefined) return [line(`${fits}   ${end}`)];
    // Its name gives way to a command that can be copied then; not to one that is cut off all the same.
    const isCutOff = widthOf(left) + 2 + leastName > beside;
    if (length === 'short' && (isCutOff || widthOf(name) <= beside)) return [line(`${name}   ${end}`)];
    // A command that is longer than its column begins before it: cut off it is no command any more.
    const column = Math.max(2, Math.min(indent, width - widthOf(end)));
    if (length === 'whole') return [line(texts[0] ?? name), atColumn(column, end, width)];
  }
  // The countdown is what must never be cut off: not by a long name, nor by the command that is there to be copied.
  const room = Math.max(beside, widthOf(left) + 2 + leastName);
  const short = cut(name, room - widthOf(left) - 2);
  const longer = [`${short}, ${left}${until}, ${who}`, `${short}, ${left}${until}`];
  return [line(`${longer.find((text) => widthOf(text) <= room) ?? `${short}, ${left}`}   ${end}`)];
}
