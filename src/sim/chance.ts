/** Misfortune by name: each one that strikes is a decision, so that a schedule can be written down, cut down and replayed. */
import type { Random } from '../ports/random.ts';
import type { SeedTree } from './seed-tree.ts';

/** What struck, and the chance of its own that its details (how long, which of them) are drawn from. */
export interface Strike<K extends string> {
  readonly kind: K;
  readonly details: Random;
}

/** What may go wrong at one place, with the share of the tries (0–1) at which it does; together at most 1. */
export type Shares<K extends string> = readonly (readonly [kind: K, share: number])[];

export interface Dice {
  /** One draw decides among all kinds. */
  roll<K extends string>(shares: Shares<K>): Strike<K> | undefined;
}

export class Chance {
  /** What struck so far, in order: `place#try:kind`. */
  readonly decisions: string[] = [];
  /** Nothing strikes any more. */
  isOver = false;
  readonly #seeds: SeedTree;
  readonly #kept: ReadonlySet<string> | undefined;
  readonly #onStrike: (id: string) => void;

  /** `kept`: only these decisions take place; every other one of the seed's is left out. */
  constructor(seeds: SeedTree, kept: ReadonlySet<string> | undefined, onStrike: (id: string) => void) {
    this.#seeds = seeds;
    this.#onStrike = onStrike;
    this.#kept = kept;
  }

  dice(place: string): Dice {
    const random = this.#seeds.stream(place);
    let tries = 0;
    return {
      roll: (shares) => {
        tries += 1;
        let left = random.next();
        if (this.isOver) return undefined;
        for (const [kind, share] of shares) {
          left -= share;
          if (left < 0) return this.#strike(`${place}#${tries}:${kind}`, kind);
        }
        return undefined;
      },
    };
  }

  #strike<K extends string>(id: string, kind: K): Strike<K> | undefined {
    if (this.#kept !== undefined && !this.#kept.has(id)) return undefined;
    this.decisions.push(id);
    this.#onStrike(id);
    return { kind, details: this.#seeds.stream(id) };
  }
}
