/** The configuration as the command line is given it. */
import type { Config } from '../model/config.ts';

/** A configuration that was read: valid, or with everything that is wrong with it. */
export type ConfigReading =
  | {
      readonly kind: 'valid';
      readonly config: Config;
      /** What is allowed and probably not meant; the text is empty when there is nothing. */
      readonly warnings: { readonly text: string; readonly findings: readonly unknown[] };
    }
  | {
      readonly kind: 'invalid';
      /** Findings with file, line, column and code frame, ready to print. */
      readonly text: string;
      readonly findings: readonly unknown[];
    };

export interface ConfigReader {
  /** Looks for the file when no path is given; throws `ConfigNotFound`. For use, secrets and other references must resolve. */
  read(path: string | undefined, how: { readonly isForUse: boolean }): Promise<ConfigReading>;
  /** The file's own text with secrets hidden, or with `resolved` every value in force and where it comes from. */
  show(path: string | undefined, how: { readonly isResolved: boolean }): Promise<{ text: string; json: unknown }>;
  /** Tells `file:line` of a path, or of the nearest part above it that the file has. */
  locate(path: string | undefined): Promise<(at: readonly (string | number)[]) => string | undefined>;
  /** JSON Schema, draft-07. */
  schema(): Promise<unknown>;
  /** Writes behind what the file has, and keeps a copy of what it was; throws `ConfigInvalid` when it would not be valid then. */
  append(path: string, text: string): Promise<{ readonly path: string; readonly backup: string }>;
}
