/** A command is one typed object: what it is called, what it takes, and what it does. */
import type { EventLine } from '../report/json/document.ts';
import type { App } from './app.ts';
import type { Exit } from './exit-codes.ts';
import type { Output } from './output.ts';

/**
 * `table` is the text for people, `wide` the same with more columns, `md` the same for a ticket; `json` and `yaml` are one
 * document, `jsonl` is a stream of events, `name` one name per line for other commands, `prometheus` what
 * monitoring scrapes.
 */
export const formats = ['table', 'wide', 'json', 'yaml', 'jsonl', 'name', 'md', 'prometheus'] as const;
export type Format = (typeof formats)[number];

/** What completion scripts call, before `--` and the words typed so far. Hidden: no person types it. */
export const completeWord = '__complete';

/** What the shell may offer for a value; dynamic ones are looked up when Tab is pressed. */
export type Suggestion = 'deployment' | 'site' | 'operation' | 'drill' | 'run' | 'code' | 'cloud' | 'file';

/** One value a command takes. `T` is what `parse` gives, with `undefined` when it may be left out. */
export interface InputSpec<T> {
  /** An option's flags (`--to <site>`) or an argument's name (`deployment`). */
  readonly flags: string;
  readonly summary: string;
  readonly isRequired: boolean;
  /** Closed set of words, when there is one. */
  readonly choices: readonly string[] | undefined;
  /** Several of them may be given, with commas between. */
  readonly isList?: boolean | undefined;
  /** Not shown in the help, nor offered by completion. */
  readonly isHidden?: boolean | undefined;
  /** What completion offers when there are no choices. */
  readonly suggests?: Suggestion | readonly Suggestion[] | undefined;
  /** What is shown and used when it is left out. */
  readonly fallback: T | undefined;
  /** Throws `InvalidInput` with what is wrong. Not called for an option without a value. `before`: of the same option, typed before. */
  readonly parse: (text: string, before: unknown) => T;
}

type InputSpecs = Readonly<Record<string, InputSpec<unknown>>>;
type ValuesOf<S extends InputSpecs> = { readonly [K in keyof S]: S[K] extends InputSpec<infer T> ? T : never };

/** What a command gives back: run-command turns it into text or JSON, and into the exit code. */
export interface Outcome {
  readonly exit: Exit;
  /** With `-o json` and `-o yaml`; `apiVersion` is added. Without one, nothing is printed. */
  readonly json?: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Standard output for people, without the last line break. */
  readonly text?: string;
  /** With `-o wide`; otherwise `text`. */
  readonly wide?: string;
  /** With `-o md`. */
  readonly md?: string;
  /** With `-o jsonl`, between the version and the result. */
  readonly lines?: readonly EventLine[];
  /** With `-o name`. */
  readonly names?: readonly string[];
  /** With `-o prometheus`: with its last line break. */
  readonly metrics?: string;
  /** Standard error for people: what went wrong or what to do next. */
  readonly note?: string;
}

export interface Command<A extends InputSpecs = InputSpecs, O extends InputSpecs = InputSpecs> {
  /** As typed, such as `config show`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments: A;
  readonly options: O;
  /** Shown first in the help. */
  readonly examples: readonly string[];
  /** What `-o` may ask for; the first is the default. */
  readonly formats: readonly Format[];
  run(input: Input<A, O>, app: App, out: Output): Promise<Outcome>;
}

/** What was typed, parsed, plus the global options a command may need. */
export interface Input<A extends InputSpecs = InputSpecs, O extends InputSpecs = InputSpecs> {
  readonly arguments: ValuesOf<A>;
  readonly options: ValuesOf<O>;
  readonly globals: Globals;
  /** Everything after the program's name, as typed: for the exact command to type next. */
  readonly typed: readonly string[];
}

export interface Globals {
  /** Path of the configuration; undefined means: look for it. */
  readonly config: string | undefined;
  readonly format: Format | undefined;
  readonly isQuiet: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly progress: 'auto' | 'live' | 'lines' | 'none';
  /** False with `--no-input`: never ask. */
  readonly mayAsk: boolean;
  /** `--accessible`: for screen readers, whatever the environment says. */
  readonly isAccessible: boolean;
}

/** Keeps the types of a command's own values inside it and gives the shape all commands share. */
export function defineCommand<A extends InputSpecs, O extends InputSpecs>(command: Command<A, O>): Command {
  return command;
}
