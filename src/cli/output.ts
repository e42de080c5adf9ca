/** The two streams and what may be done on them: data on standard output, everything else on standard error. */

import { type EventLine, jsonLine, jsonText } from '../report/json/document.ts';
import { type Paint, plainPaint, type Style } from '../report/text/style.ts';
import type { App, StreamFacts } from './app.ts';
import type { Format, Globals } from './command.ts';

/** A spinner, or nothing: the text says what is being waited for. */
export interface Progress {
  update(text: string): void;
  /** Clears its line, so that other lines can be written; `resume` draws it again. */
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface Output {
  readonly format: Format;
  /** How standard output and standard error may look: as wide as the terminal is now. */
  readonly dataStyle: Style;
  readonly noteStyle: Style;
  /** Standard output may be redrawn in place. */
  readonly canRedraw: boolean;
  /** Of standard output's terminal as it is now: people resize it while they watch. */
  readonly rows: number;
  readonly columns: number;
  /** Text on standard output, with a line break added. */
  data(text: string): void;
  /** Bytes on standard output as they are: for redrawing. */
  raw(text: string): void;
  document(document: { readonly kind: string }): void;
  line(value: EventLine): void;
  /** Progress and hints on standard error; silent with `--quiet`. */
  note(text: string): void;
  /** Warnings and errors on standard error, always. */
  warn(text: string): void;
  /** A spinner on standard error when it is a live terminal, else nothing. */
  progress(text: string): Promise<Progress>;
}

/** How a document is written in the format; undefined for one without documents. YAML's library is loaded only here. */
export async function documentWriter(
  format: Format,
): Promise<((document: { readonly kind: string }) => string) | undefined> {
  if (format === 'yaml') return (await import('../report/yaml.ts')).yamlText;
  return format === 'json' ? jsonText : undefined;
}

/** Text that may be redrawn, and watched with a spinner beside it. */
export function isForPeople(format: Format): boolean {
  return format === 'table' || format === 'wide';
}

const nothing = (): void => undefined;
const noProgress: Progress = { update: nothing, pause: nothing, resume: nothing, stop: nothing };
/** Wider lines are hard to read; narrower terminals get what they can show. */
const maxWidth = 120;
const maxWideWidth = 180;

/** Decides per stream what it can show; flags win over the environment, the environment over detection. */
export async function createOutput(app: App, globals: Globals, format: Format): Promise<Output> {
  const { terminal } = app;
  const isAccessible = globals.isAccessible || terminal.isAccessible;
  const hasColor = (stream: StreamFacts): boolean => {
    const wanted = globals.color === 'auto' ? terminal.color : globals.color;
    return wanted === 'always' || (wanted === 'auto' && stream.isTty && !terminal.isUnattended);
  };
  const paint = hasColor(terminal.stdout) || hasColor(terminal.stderr) ? await colorPaint() : plainPaint;
  const widest = format === 'wide' ? maxWideWidth : maxWidth;
  const styleOf = (stream: StreamFacts): Style => ({
    isUnicode: terminal.isUnicode,
    isAccessible,
    width: stream.isTty ? Math.min(Math.max(stream.columns, 40), widest) : format === 'wide' ? widest : 80,
    paint: hasColor(stream) ? paint : plainPaint,
  });
  // A terminal that does not know its own width cannot be redrawn: the spinner would erase lines without end.
  const isLive = (stream: StreamFacts): boolean =>
    !isAccessible &&
    stream.isTty &&
    stream.columns > 0 &&
    (globals.progress === 'live' || (globals.progress === 'auto' && !terminal.isUnattended));
  const hasProgress = isLive(terminal.stderr) && !globals.isQuiet && isForPeople(format);
  const asText = (await documentWriter(format)) ?? jsonText;
  let documents = 0;
  return {
    format,
    get dataStyle() {
      return styleOf(terminal.stdout);
    },
    get noteStyle() {
      return styleOf(terminal.stderr);
    },
    canRedraw: isLive(terminal.stdout),
    get rows() {
      return terminal.stdout.rows;
    },
    get columns() {
      return terminal.stdout.columns;
    },
    data: (text) => app.stdout.write(`${text}\n`),
    raw: (text) => app.stdout.write(text),
    document(document) {
      const separator = format === 'yaml' && documents > 0 ? '---\n' : '';
      documents += 1;
      app.stdout.write(`${separator}${asText(document)}\n`);
    },
    line: (value) => app.stdout.write(`${jsonLine(value)}\n`),
    note: (text) => (globals.isQuiet ? undefined : app.stderr.write(`${text}\n`)),
    warn: (text) => app.stderr.write(`${text}\n`),
    async progress(text) {
      if (hasProgress) return startSpinner(text, terminal.isUnicode);
      // Said once: who listens hears that something goes on, and no redrawing.
      if (isAccessible && terminal.stderr.isTty && !globals.isQuiet && format === 'table')
        app.stderr.write(`${text}\n`);
      return noProgress;
    },
  };
}

/** Sixteen colours only: the terminal's own theme decides how they look. */
async function colorPaint(): Promise<Paint> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { good: chalk.green, warn: chalk.yellow, bad: chalk.red, dim: chalk.dim, bold: chalk.bold };
}

async function startSpinner(text: string, isUnicode: boolean): Promise<Progress> {
  const { default: ora } = await import('ora');
  // It must not take over standard input: a prompt or a signal may need it.
  const spinner = ora({
    text,
    stream: process.stderr,
    discardStdin: false,
    spinner: isUnicode ? 'dots' : 'line',
  }).start();
  return {
    update: (next) => {
      spinner.text = next;
    },
    pause: () => {
      spinner.stop();
    },
    resume: () => {
      spinner.start();
    },
    stop: () => {
      spinner.stop();
    },
  };
}
