/** The only place that turns errors and outcomes into text and exit codes. */
import { GodwitError, messageOf } from '../errors.ts';
import { jsonLine } from '../report/json/document.ts';
import { errorDocument } from '../report/json/error.ts';
import { errorText, withExit } from '../report/text/error.ts';
import { sanitize } from '../report/text/sanitize.ts';
import type { App } from './app.ts';
import { completeWord, type Format, formats, type Outcome } from './command.ts';
import { type Exit, exitCodes, exitOfError } from './exit-codes.ts';
import { createOutput, documentWriter, type Output } from './output.ts';
import { type Parsed, parseCommandLine } from './program.ts';
import { type WhatChanged, whatChanged } from './what-changed.ts';

/** Runs what was typed and gives the exit code. Never throws. */
export async function runCommand(argv: readonly string[], app: App): Promise<number> {
  // A child process of the demo and of tests, with arguments of its own.
  const [first, ...rest] = argv;
  let format = guessFormat(argv);
  let command: string | undefined;
  try {
    if (first === 'model-server') return await app.runModelServer(rest);
    if (first === completeWord) return await (await import('./complete.ts')).printCandidates(rest, app);
    const parsed = await parseCommandLine(argv, (name) => {
      command = name;
    });
    if (parsed.kind === 'command') format = parsed.input.globals.format ?? 'table';
    return exitCodes[await show(parsed, app)].code;
  } catch (thrown) {
    const error = toGodwitError(thrown);
    const code = await report(error, whatChanged(error.code, command), app, format);
    // There 2 would read as "changes".
    return argv.includes('--detailed-exitcode') ? exitCodes.failed.code : code;
  }
}

async function show(parsed: Parsed, app: App): Promise<Exit> {
  if (parsed.kind === 'version') {
    app.stdout.write(`godwit ${app.version()}\n`);
    return 'done';
  }
  if (parsed.kind === 'help') {
    app.stdout.write(parsed.text);
    return 'done';
  }
  if (parsed.kind === 'manual') {
    const { manualPage } = await import('./manual-page.ts');
    app.stdout.write(`${await manualPage(app.version())}\n`);
    return 'done';
  }
  const { command, input } = parsed;
  const out = await createOutput(app, input.globals, input.globals.format ?? command.formats[0] ?? 'table');
  // The version line tells a reader which events it may expect; the result line that none follows.
  if (out.format === 'jsonl') out.line({ type: 'version', ui: '1.0' });
  const outcome: Outcome = await command.run(input, app, out);
  print(outcome, out);
  if (outcome.note !== undefined) {
    const exit = exitCodes[outcome.exit].code;
    if (exit === 0) out.note(outcome.note);
    else out.warn(withExit(outcome.note, exit, out.noteStyle.width));
  }
  return outcome.exit;
}

/** What the format takes of it; what a command does not give, it does not offer. */
function print(outcome: Outcome, out: Output): void {
  const { exit, json, text, wide = text, md, lines = [], names = [], metrics } = outcome;
  switch (out.format) {
    case 'json':
    case 'yaml':
      if (json !== undefined) out.document(json);
      return;
    case 'jsonl':
      for (const line of lines) out.line(line);
      out.line({ type: 'result', outcome: exit, exit: exitCodes[exit].code });
      return;
    case 'name':
      for (const name of names) out.data(sanitize(name));
      return;
    case 'md':
      if (md !== undefined) out.data(md);
      return;
    case 'prometheus':
      if (metrics !== undefined) out.raw(metrics);
      return;
    case 'wide':
      if (wide !== undefined) out.data(wide);
      return;
    case 'table':
      if (text !== undefined) out.data(text);
  }
}

/** Text always goes to standard error; a machine that reads standard output gets a document too. */
async function report(error: GodwitError, left: WhatChanged | undefined, app: App, format: Format): Promise<number> {
  const exit = exitOfError[error.code];
  const { code } = exitCodes[exit];
  const { message } = error;
  const changed = left === undefined ? {} : { changed: left.changed };
  if (format === 'jsonl') {
    const line = { type: 'result', outcome: exit, exit: code, ...changed, error: { code: error.code, message } };
    app.stdout.write(`${jsonLine(line)}\n`);
  }
  const asText = await documentWriter(format);
  if (asText !== undefined) app.stdout.write(`${asText({ ...errorDocument(error, code), ...changed })}\n`);
  app.stderr.write(`${errorText(error, code, left?.text)}\n`);
  return code;
}

function toGodwitError(thrown: unknown): GodwitError {
  if (thrown instanceof GodwitError) return thrown;
  const where = thrown instanceof Error ? /\n\s+at (.+)/.exec(thrown.stack ?? '')?.[1] : undefined;
  return new GodwitError('AssertionFailed', `unexpected: ${messageOf(thrown)}`, {
    hint: 'this is a bug in godwit: please report it with the command you typed',
    cause: thrown,
    details: where === undefined ? {} : { where },
  });
}

/** What was meant when the arguments themselves are wrong. */
function guessFormat(argv: readonly string[]): Format {
  const isTyped = (format: string): boolean =>
    argv.some(
      (word, index) =>
        word === `-o${format}` ||
        word === `--output=${format}` ||
        (word === format && /^(-o|--output)$/.test(argv[index - 1] ?? '')),
    );
  return formats.find(isTyped) ?? 'table';
}
