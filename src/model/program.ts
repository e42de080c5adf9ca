/** A linear program with whole numbers in it, of which the cheapest solution is wanted. Plain data: it is sent to a worker. */

/** What is to be chosen. A bound is infinite only where cost or rows hold the column: no program is without a cheapest solution. */
export interface Column {
  /** Of one of it. */
  readonly cost: number;
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /**
   * Columns of one block, counted from 0, meet those of others only in a few rows: a large program is taken apart there. Absent: of
   * none, so that the program stays in one piece.
   */
  readonly block?: number;
}

/** `least` ≤ sum of its terms ≤ `most`; one of the two may be infinite. */
export interface Row {
  readonly least: number;
  readonly most: number;
  /** Whole values that keep the other rows keep this one too: it only brings the bound near. Absent: it may forbid something. */
  readonly isImplied?: boolean;
  /** Column and coefficient; no column twice. */
  readonly terms: readonly (readonly [column: number, coefficient: number])[];
}

export interface Program {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export type Solution =
  /** `bound`: proven: nothing costs less. A value of a whole column is a whole number. */
  | { readonly kind: 'solved'; readonly values: readonly number[]; readonly cost: number; readonly bound: number }
  /** Proven. */
  | { readonly kind: 'infeasible' }
  /** Neither was found in the time there was. */
  | { readonly kind: 'unknown'; readonly message: string };
