/** Comparing weights: one idea of "the same" for everybody. */
import type { Weights } from './route.ts';

/** Sites that one of them does not name count as 0. */
export function sameWeights(one: Weights, other: Weights): boolean {
  return [...Object.keys(one), ...Object.keys(other)].every((site) => (one[site] ?? 0) === (other[site] ?? 0));
}
