/** Counts good and bad answers in a row at the end of a history; answers that saw nothing are passed over. */
import type { Observation } from '../../model/observation.ts';

/** How many answers at the end were the same. */
export interface Runs {
  readonly failuresInARow: number;
  readonly successesInARow: number;
}

/** At most one of the two is above 0. `count`: of the first so many alone. */
export function countRuns(history: readonly Observation[], count = history.length): Runs {
  let failuresInARow = 0;
  let successesInARow = 0;
  for (let index = count - 1; index >= 0; index -= 1) {
    const outcome = history[index]?.outcome;
    if (outcome === 'unknown') continue;
    if (outcome === 'bad' ? successesInARow > 0 : failuresInARow > 0) break;
    if (outcome === 'bad') failuresInARow += 1;
    else successesInARow += 1;
  }
  return { failuresInARow, successesInARow };
}
