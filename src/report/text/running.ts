/** The requests that run at one site, a line each, oldest first: what a drain waits for. */

import { age } from '../../model/words.ts';
import type { RunningView } from '../running-view.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { clockTime } from './time.ts';
import { wrap } from './width.ts';

/** More are counted, not listed, so that the screen keeps its 24 rows. */
const maxRequests = 18;

const columns: readonly Column[] = [
  { title: 'REQUEST', align: 'left', maxWidth: 16 },
  { title: 'REPLICA', align: 'left', maxWidth: 28 },
  { title: 'AGE', align: 'right', maxWidth: 8 },
  { title: 'ANSWER', align: 'left', maxWidth: 9 },
  { title: 'BYTES', align: 'right', maxWidth: 12 },
];

/** Lines without the last line break; none is wider than `style.width`. `wide` leaves none out. */
export function runningText(view: RunningView, style: Style, form: 'usual' | 'wide' = 'usual'): string {
  const { deployment, site, atMs, running } = view;
  const where = `${sanitize(deployment, 40)} at ${sanitize(site, 40)}`;
  if (running.kind === 'unseen') {
    const why = `${where}: what runs there CANNOT BE SEEN, which does not mean nothing: ${sanitize(running.why)}`;
    return [
      ...wrap(why, style.width, 3).map((line) => style.paint.warn(line)),
      `Next  godwit status ${sanitize(deployment, 40)}`,
    ].join('\n');
  }
  const { requests, isCut } = running.value;
  if (requests.length === 0) return wrap(`${where}: nothing runs there, ${clockTime(atMs)}`, style.width, 2).join('\n');
  const shown = form === 'wide' ? requests : requests.slice(0, maxRequests);
  const rows = shown.map(({ id, replica, startedAtMs, streaming, bytes }) => [
    ...[sanitize(id, 40), sanitize(replica, 80), age(Math.max(0, atMs - startedAtMs))],
    ...[streaming ? 'streaming' : 'waiting', String(bytes)],
  ]);
  const count = `${isCut ? 'more than ' : ''}${requests.length} ${requests.length === 1 ? 'request runs' : 'requests run'}`;
  const [head = '', ...lines] = table(columns, rows, style);
  const left = requests.length - shown.length;
  return [
    ...wrap(`${where}: ${count} there, oldest first, ${clockTime(atMs)}`, style.width, 2),
    ...[style.paint.bold(head), ...lines],
    ...(left > 0 ? [`and ${left} younger ones: -o wide`] : []),
  ].join('\n');
}
