/** Times of the week in which something is allowed, on the clocks of some zone. */
export interface WeekWindow {
  /** On which it begins: 0 is Sunday, 6 Saturday; at least one. */
  readonly days: readonly number[];
  /** The first minute of the day in it, 0–1439. */
  readonly fromMin: number;
  /** The first minute that is not, 1–1440; below `fromMin`: of the next day. Never the same. */
  readonly untilMin: number;
}

/** Whether it is allowed at a moment; if not, from when. */
export type WindowSight =
  | { readonly isOpen: true }
  /** Epoch milliseconds, the first that is allowed; undefined: no window opens any more. */
  | { readonly isOpen: false; readonly opensAtMs: number | undefined };
