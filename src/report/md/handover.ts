/** What the next person on call must know, as Markdown: gaps stay as named check boxes. */
import type { HandoverView } from '../handover-view.ts';
import { handoverSections } from '../text/handover.ts';
import { iso } from '../text/time.ts';
import { mdText } from './text.ts';

/** A heading per section, a list under each. */
export function handoverMd(view: HandoverView): string {
  const { environment, fromMs, atMs } = view;
  return [
    `# Handover ${mdText(environment, 40)}, ${iso(fromMs).slice(0, 16)}Z to ${iso(atMs).slice(0, 16)}Z`,
    ...handoverSections(view).map(({ title, lines }) =>
      [`## ${title}`, ...lines.map((line) => `- ${line.startsWith('[owner?]') ? '[ ] ' : ''}${mdText(line)}`)].join(
        '\n',
      ),
    ),
  ].join('\n\n');
}
