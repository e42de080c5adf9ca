/** What a drill did to a site beyond its traffic, as it is written down before it is done: enough to undo it by. */

export type Remains =
  /** They stand still until they are told to go on. */
  | {
      readonly kind: 'hang';
      readonly site: string;
      readonly replicas: readonly { readonly id: string; readonly bootId: string }[];
    }
  /** Nothing to undo; made good once these slots run again. */
  | { readonly kind: 'kill'; readonly site: string; readonly deployment: string; readonly slots: readonly number[] }
  /** The program that undoes it, and its environment; it may be run again. */
  | {
      readonly kind: 'exec';
      readonly site: string;
      readonly undo: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };
