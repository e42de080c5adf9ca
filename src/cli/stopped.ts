import type { Command as Commander } from 'commander';

/** Reading the command line ended before a command was found: with help or the version, or with a mistake. */
export class Stopped extends Error {
  /** Commander's own code, or `invalid` for a value that was refused. */
  readonly code: string;
  /** Asked for, and nothing wrong. */
  readonly isFine: boolean;
  /** The command, group or program that was being read. */
  readonly at: Commander;
  /** A wrong word, and the words there are. */
  readonly among: { readonly wrong: string; readonly known: readonly string[] } | undefined;

  constructor(
    { code, message, isFine }: { readonly code: string; readonly message: string; readonly isFine: boolean },
    at: Commander,
    among?: Stopped['among'],
  ) {
    super(message);
    this.code = code;
    this.isFine = isFine;
    this.at = at;
    this.among = among;
  }
}
