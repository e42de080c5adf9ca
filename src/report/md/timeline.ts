/** What happened around an operation, as Markdown for the tool incidents are written up in. */
import type { Timeline } from '../../model/timeline.ts';
import { clockTime, day, localTime, offsetText } from '../text/time.ts';
import { type OffsetMin, timelineWords, whoMatters, whoOf } from '../text/timeline.ts';
import { mdTable, mdText } from './text.ts';

/** A heading and a table. */
export function timelineMd({ operation, items, isCut }: Timeline, offset: OffsetMin): string {
  const { id, plan, openedAtMs, state } = operation;
  const rows = items.flatMap((item) => {
    const said = timelineWords(item);
    if (said === undefined) return [];
    const times = [`${day(item.atMs)} ${clockTime(item.atMs)}`, localTime(item.atMs, offset(item.atMs))];
    return [[...times, whoMatters(item) ? whoOf(item.by) : 'godwit', said]];
  });
  return [
    `## ${id}: ${plan.trigger} ${plan.kind} of ${mdText(plan.deployment, 60)}, ${state}`,
    ...(isCut ? ['The oldest entries are left out: there were more than 1000.'] : []),
    mdTable(['UTC', `local (${offsetText(offset(openedAtMs))})`, 'who', 'what'], rows),
  ].join('\n\n');
}
