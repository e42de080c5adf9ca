/** What holds back starts, one line each. */
import type { Reason } from '../../model/reason.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { clockTime } from './time.ts';

type Row = { readonly deployment: string; readonly site: string; readonly reason: Reason };

/** Within `style.width`. */
export function blocksText(blocks: readonly Row[], nowMs: number, style: Style): string {
  const rows = blocks.map(({ deployment, site, reason: { message, untilMs } }) => [
    sanitize(deployment, 20),
    sanitize(site, 20),
    untilMs === undefined ? '?' : `${clockTime(untilMs)} (in ${age(Math.max(0, untilMs - nowMs))})`,
    sanitize(message),
  ]);
  return table(
    [
      { title: 'DEPLOYMENT', align: 'left', maxWidth: 20 },
      { title: 'SITE', align: 'left', maxWidth: 20 },
      { title: 'UNTIL', align: 'left', maxWidth: 22 },
      { title: 'WHY', align: 'left', maxWidth: 80 },
    ],
    rows,
    style,
  ).join('\n');
}
