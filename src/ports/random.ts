/** Chance, injected so that a seed repeats it. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` characters of lower-case base 32. */
  id(length: number): string;
}
