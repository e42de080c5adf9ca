/** The number at a place that is known to be there; for the inner loops, which ask for millions of them. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
