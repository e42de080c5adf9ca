/** What happened in a run of a drill, for people: in UTC and in local time, and as a list for where it is written up. */
import type { DrillMoment } from '../drill-timeline.ts';
import { mdTable, mdText } from '../md/text.ts';
import { type Style, tint } from './style.ts';
import { clockTime, day, localTime, offsetText } from './time.ts';
import type { OffsetMin } from './timeline.ts';
import { cut, wrap } from './width.ts';

/** The same as Markdown: a heading and a table. */
export function drillTimelineMd(head: string, moments: readonly DrillMoment[], offset: OffsetMin): string {
  const beganAtMs = moments[0]?.atMs ?? 0;
  const rows = moments.map(({ atMs, text }) => [
    `${day(atMs)} ${clockTime(atMs)}`,
    localTime(atMs, offset(atMs)),
    text,
  ]);
  return [`## ${mdText(head, 200)}`, mdTable(['UTC', `local (${offsetText(offset(beganAtMs))})`, 'what'], rows)].join(
    '\n\n',
  );
}

/** Columns before the words. */
const indent = 21;
const mostLines = 4;

/** `head`: clean. None is wider than `style.width`. */
export function drillTimelineText(
  head: string,
  moments: readonly DrillMoment[],
  offset: OffsetMin,
  style: Style,
): string {
  const beganAtMs = moments[0]?.atMs ?? 0;
  const zone = `${day(beganAtMs)}, UTC and local (${offsetText(offset(beganAtMs))})`;
  return [
    cut(`${head}  ${zone}`, style.width),
    ...moments.flatMap(({ atMs, text }) => {
      const [first = '', ...more] = wrap(text, style.width - indent, mostLines);
      const times = `${clockTime(atMs)}  ${localTime(atMs, offset(atMs))}`;
      return [`${tint('idle', times, style)}  ${first}`, ...more.map((line) => ' '.repeat(indent) + line)];
    }),
  ].join('\n');
}
