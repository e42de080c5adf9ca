/** What somebody types at a set moment of a world. */
import type { Wish } from '../model/wish.ts';

export interface Typed {
  /**
   * Virtual milliseconds, or what comes to the journal: the kind of a step or of an operation with its state (`weigh
   * reached`, `switchover held`), the first time or the `count`th.
   */
  readonly when:
    | { readonly atMs: number }
    | { readonly entry: string; readonly count?: number; readonly afterMs?: number };
  readonly wish: Omit<Wish, 'deployment' | 'operationId'>;
  /** Typed again: left out when an operation of its kind was opened before. */
  readonly isAgain?: boolean;
  /** For an order: the operation in progress, or the one that was opened last. */
  readonly about?: 'open' | 'last';
}
