/** A command as the table lists it: the little that help needs, and where its module is. */
import type { Command } from '../command.ts';

export interface CommandEntry {
  /** As typed, such as `config show`. */
  readonly name: string;
  readonly summary: string;
  /** Gives the command; its module is read only then. */
  load(): Promise<Command>;
}
