/** Shows the same screen again and again: redrawn in place on a live terminal, else printed when it has changed. */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../report/text/width.ts';
import type { App } from './app.ts';
import { isForPeople, type Output } from './output.ts';

const home = '\u001b[H';
const clearToEndOfLine = '\u001b[K';
const clearBelow = '\u001b[J';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearAll = '\u001b[2J';
/** Without a live terminal a line says every so often that the watch goes on, in milliseconds. */
const heartbeatMs = 30_000;

/** One look. */
export interface Frame {
  /** Empty when it was printed already. */
  readonly text: string;
  /** The same as long as nothing changed but ages and rates. */
  readonly key: string;
}

/** Until the first signal, or until nobody reads any more. */
export async function watchScreen(show: () => Promise<Frame>, everyMs: number, app: App, out: Output): Promise<void> {
  const isLive = out.canRedraw && isForPeople(out.format);
  const print = isLive ? redraw(out) : printChanges(app, out);
  if (isLive) out.raw(hideCursor + clearAll);
  try {
    while (!app.interrupted.aborted && !app.stdout.isClosed) {
      const frame = await show();
      if (frame.text !== '') print(frame);
      // A signal ends the sleep early; the loop's condition sees it.
      await app.clock.sleep(everyMs, app.interrupted).catch(() => undefined);
    }
  } finally {
    if (isLive) out.raw(`${showCursor}\n`);
  }
}

/** One write per frame, so that a slow terminal shows no half screens. Rows that do not fit are left out. */
function redraw(out: Output): (frame: Frame) => void {
  return ({ text }) => {
    const lines = text.split('\n').slice(0, Math.max(1, out.rows - 1));
    out.raw(`${home}${lines.map((line) => whole(line, out.columns)).join('\n')}\n${clearBelow}`);
  };
}

/** A line as wide as the terminal leaves the cursor on its last letter, and clearing from there takes the letter away. */
function whole(line: string, columns: number): string {
  return widthOf(stripVTControlCharacters(line)) < columns ? line + clearToEndOfLine : line;
}

function printChanges(app: App, out: Output): (frame: Frame) => void {
  let last = '';
  let printedAtMonoMs = 0;
  return ({ text, key }) => {
    const nowMonoMs = app.clock.monoMs();
    if (key === last && nowMonoMs - printedAtMonoMs < heartbeatMs) return;
    last = key;
    printedAtMonoMs = nowMonoMs;
    out.data(text);
  };
}
