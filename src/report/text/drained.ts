/** What became of each request of a site that was emptied: how it ended, how old it was, how far it had come. */
import type { DrainedEnd, DrainedStream, DrainList } from '../../model/drained.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { clockTime } from './time.ts';
import { wrap } from './width.ts';

/** More are counted, not listed, so that the screen keeps its 24 rows; `-o json` has up to 50. */
const maxLines = 12;

const columns: readonly Column[] = [
  { title: 'REQUEST', align: 'left', maxWidth: 12 },
  { title: 'REPLICA', align: 'left', maxWidth: 24 },
  { title: 'AGE', align: 'right', maxWidth: 6, spoken: 'age when the list was begun' },
  { title: 'BYTES', align: 'right', maxWidth: 10 },
  { title: 'END', align: 'left', maxWidth: 24 },
];

const words: Readonly<Record<DrainedEnd, string>> = {
  finished: 'finished',
  cut: 'cut at the deadline',
  running: 'still running',
  'client-left': 'left by its client',
  failed: 'failed at its server',
  moved: 'moved to another site',
};

/** The head line and a line each; where there is only a count, why. */
export function drainedLines(list: DrainList, style: Style): readonly string[] {
  const site = sanitize(list.site, 40);
  if (list.kind === 'unlisted')
    return wrap(`Requests at ${site}: no list of them, only counts: ${sanitize(list.why)}`, style.width, 3);
  const { streams, more, sinceMs } = list;
  const since = sinceMs === undefined ? 'when its drain began' : `since ${clockTime(sinceMs)}`;
  const late =
    sinceMs === undefined
      ? []
      : wrap(`Its list was begun late: what ended before ${clockTime(sinceMs)} is not in it`, style.width, 2);
  if (streams.length === 0) return [`Requests at ${site} ${since}: none`, ...late];
  const shown = streams.slice(0, maxLines);
  const [head = '', ...lines] = table(columns, shown.map(rowOf), style);
  const left = streams.length - shown.length + more;
  return [
    ...wrap(`Requests at ${site} ${since}: ${countsText(list)}`, style.width, 2),
    ...late,
    ...[style.paint.bold(head), ...lines].map((line) => line.trimEnd()),
    ...(list.lost === undefined
      ? []
      : wrap(`How those still running ended is not known: ${sanitize(list.lost)}`, style.width, 2)),
    ...(left > 0 ? [`and ${left} more${more < left ? ': -o json lists 50' : ''}`] : []),
  ];
}

function countsText({ counts }: Extract<DrainList, { kind: 'listed' }>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([end, count]) => `${count} ${words[end as DrainedEnd]}`).join(', ');
}

function rowOf({ id, replica, ageMs, bytes, end }: DrainedStream): readonly string[] {
  return [sanitize(id, 24), sanitize(replica, 60), age(ageMs), String(bytes), words[end]];
}
