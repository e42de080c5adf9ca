/** The options every command takes: one table for the grammar, the help, completion and the manual page. */
import { formats, type InputSpec } from './command.ts';
import { choice, flag, optionalChoice, text } from './inputs.ts';

/** In the order of the help page. */
export const globalOptions = {
  config: text('--config <file>', 'the configuration; otherwise $GODWIT_CONFIG, or godwit.yaml here or above', 'file'),
  output: optionalChoice('-o, --output <format>', 'how to print', formats),
  quiet: flag('-q, --quiet', 'no progress and no hints; errors still'),
  color: choice('--color <when>', 'auto, always or never', ['auto', 'always', 'never'], 'auto'),
  progress: choice('--progress <how>', 'auto, live, lines or none', ['auto', 'live', 'lines', 'none'], 'auto'),
  accessible: flag('--accessible', 'for screen readers: nothing redrawn, no tables'),
  input: flag('--no-input', 'never ask'),
} as const satisfies Readonly<Record<string, InputSpec<unknown>>>;

/** On every page. */
export const helpFlags = { flags: '-h, --help', summary: 'this page; -h for the short form' } as const;

/** Of the program itself. */
export const versionFlags = { flags: '-V, --version', summary: 'print the version' } as const;

/** Of `godwit help`. */
export const manualOption = flag('--man', 'the manual page, in roff: every command and option in one text');
