/** What runs here, as a scheduler has to be told. */
export interface ProgramFacts {
  /** Absolute paths of Node and of the file that it runs. */
  readonly node: string;
  readonly launcher: string;
  /** Name of the user who runs it, or the number where there is no name. */
  readonly user: string;
  /** Time zone of this machine, an IANA name. */
  readonly timezone: string;
}
