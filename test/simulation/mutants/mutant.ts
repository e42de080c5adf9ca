/** A small deliberate fault in engine or core, such as a good engineer could make in a refactoring. */

/** `I1` … `I34`: what must hold whatever fails. */
export type Invariant = `I${number}`;

/** How many invariants there are. */
export const invariantCount = 34;

export interface Mutant {
  /** Unique; what a run names it by. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** At least one of these must be seen to be broken. */
  readonly breaks: readonly [Invariant, ...Invariant[]];
  /** What the fault does, and why somebody might write it. */
  readonly why: string;
}

/** From this seed on a world is one in which people ask for much: what they are promised shows in few others. */
export const peopleFrom = 1_000_001;

/** From this one on a world is one in which drills are held. */
export const drillsFrom = 2_000_001;

/** From this one on a world is one in which schedulers rebalance. */
export const rebalancesFrom = 3_000_001;

/** A world that shows a fault: tried first. */
export interface Kill {
  readonly seed: number;
  /** What ended it there: an invariant, or an exception of the program. */
  readonly by: string;
}

/** An invariant that no code of today's can break. */
export interface NotYet {
  readonly invariant: Invariant;
  readonly why: string;
}

/** Lines of source, as they stand in the file. */
export function lines(...all: readonly string[]): string {
  return all.join('\n');
}
