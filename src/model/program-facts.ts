/** What runs here, as a scheduler has to be told. */
export interface ProgramFacts {
  /** Absolute paths of Node and of the file that it runs. */
  readonly node: string;
  readonly launcher: string;
  /** Name of the user who runs it, or the number where there is no name. */
  readonly user: string;
  /** The same of the user who owns a file or folder; undefined: it is not there, or cannot be looked at. */
  readonly ownerOf: (path: string) => string | undefined;
  /** Time zone of this machine, an IANA name. */
  readonly timezone: string;
}
