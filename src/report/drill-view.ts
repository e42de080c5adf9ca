/** What a drill's texts and documents share. */
import type { Weights } from '../model/route.ts';

/** Whether both were seen and are the same; a site that is not named has nothing. */
export function sameVector(one: Weights | undefined, other: Weights | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (site) => (one[site] ?? 0) === (other[site] ?? 0),
  );
}
