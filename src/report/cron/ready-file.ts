/** What a scheduler is to run, and the files that make it do so. */
import type { CronFields } from '../../model/cron-fields.ts';
import type { ProgramFacts } from '../../model/program-facts.ts';

export interface ScheduledJob {
  /** Lower-case letters, digits and hyphens, such as `godwit-rebalance`: files and objects are named after it. */
  readonly name: string;
  /** One line for people: what it does, to what. */
  readonly title: string;
  /** Behind the program's name, without the configuration. */
  readonly words: readonly string[];
  /** Absolute. */
  readonly configPath: string;
  /** Absolute; the one folder that it must be able to write to, beside `writesTo`. */
  readonly stateDir: string;
  /** Absolute: folders that the configuration has it write to. */
  readonly writesTo: readonly string[];
  readonly fields: CronFields;
  /** An IANA name. */
  readonly timezone: string;
  /** Spreads hosts: `words` for where the scheduler does not do so itself; undefined: it begins at once. */
  readonly jitter: { readonly ms: number; readonly words: readonly string[] } | undefined;
  /** What it may take at most from its beginning, in milliseconds; undefined: it knows itself when to end. */
  readonly limitMs: number | undefined;
  /** How late it may begin and still be of use, in milliseconds. */
  readonly latestStartMs: number;
  /** A process of its own undoes what it leaves when it dies. */
  readonly hasGuard: boolean;
  /** It starts processes of its own machine, which go on when it has ended. */
  readonly startsHere: boolean;
  /** What runs it here. */
  readonly program: Pick<ProgramFacts, 'node' | 'launcher' | 'user'>;
}

/** How long one that is told to stop is given, in milliseconds. */
export const stopMs = 300_000;

/** Text to be put somewhere by a person. */
export interface ReadyFile {
  /** Without folders. */
  readonly name: string;
  /** Its first lines say where it belongs. With its last line break. */
  readonly text: string;
}

/** Everything that a job is typed as, with its configuration. */
export function wordsOf({ words, configPath }: ScheduledJob): readonly string[] {
  return [...words, '--config', configPath];
}

/** The same where the scheduler does not spread hosts itself. */
export function spreadWordsOf({ words, jitter, configPath }: ScheduledJob): readonly string[] {
  return [...words, ...(jitter?.words ?? []), '--config', configPath];
}

/** As a POSIX shell reads it. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:@+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
