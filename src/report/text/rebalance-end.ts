/** How a rebalancing ended, in a few lines. */
import type { Reason } from '../../model/reason.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { hanging } from './width.ts';

/** What was done and what was not, one operation a line. */
export interface EndTold {
  readonly done: readonly string[];
  readonly left: readonly string[];
  /** Why it is not all done. */
  readonly reasons: readonly Pick<Reason, 'code' | 'message'>[];
}

/** Of one entry. */
const mostLines = 4;

/** Within `style.width`. */
export function rebalanceEndText({ done, left, reasons }: EndTold, style: Style): string {
  const list = (head: string, texts: readonly string[]) =>
    texts.flatMap((text) => hanging(head, sanitize(text), style.width, mostLines));
  return [
    ...list('done      ', done),
    ...list('not done  ', left),
    ...list(
      'because   ',
      reasons.map(({ code, message }) => `${message} (${code})`),
    ),
  ].join('\n');
}
