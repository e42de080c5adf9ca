/** Whether a drill's record is what was written, for people. */
import type { NotedHead, RecordCheck } from '../../model/drill-check.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { hanging } from './width.ts';

/** More differences than this are counted. */
const mostShown = 20;

/** What was checked, a line each; first whatever is not right. */
export function drillCheckText(run: string, check: RecordCheck, style: Style): string {
  const { entries, differences, head } = check;
  const line = (tone: Tone, text: string): string =>
    hanging(`  ${mark(tone, style)}`, text, style.width, 3)
      .map((each) => tint(tone, each, style))
      .join('\n');
  const shown = differences.slice(0, mostShown).map(({ where, recorded, computed }) => {
    const [was, is] = [recorded ?? 'nothing', computed ?? 'nothing'].map((each) => sanitize(each, 60));
    return line('bad', `${sanitize(where, 60)}: recorded ${was}, computed ${is}`);
  });
  const [headTone, headText] = headWords(head);
  return [
    sanitize(run, 60),
    line('good', `${entries} ${entries === 1 ? 'entry' : 'entries'}: every byte is as it was written`),
    figuresLine(check, line),
    ...shown,
    ...(differences.length > mostShown ? [line('bad', `${differences.length - mostShown} more`)] : []),
    line(headTone, headText),
  ].join('\n');
}

function figuresLine({ values, differences }: RecordCheck, line: (tone: Tone, text: string) => string): string {
  if (values === 0)
    return line('bad', 'it has no end: whether anything is missing behind the last entry cannot be told');
  return differences.length === 0
    ? line('good', `${values} values of its end computed again from the entries: all the same`)
    : line('bad', `${differences.length} of ${values} values of its end are not what the entries come to`);
}

function headWords(head: NotedHead): readonly [Tone, string] {
  switch (head.kind) {
    case 'same':
      return ['good', 'the journal noted the same end when it was over'];
    case 'other':
      return ['bad', `entry ${head.seq} is not the one that the journal noted: the record was written anew`];
    case 'not-noted':
      return ['unknown', 'the journal tells nothing of it: it cannot be told whether all of it was written anew'];
    case 'not-asked':
      return ['unknown', 'no journal to ask here: it cannot be told whether all of it was written anew'];
  }
}
