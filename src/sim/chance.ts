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

export interface ChanceTerms {
  readonly seeds: SeedTree;
  /** Virtual milliseconds. */
  readonly nowMs: () => number;
  /** Instead of what the seed draws: each of these takes place at the first try that could meet it, from its time on. */
  readonly kept: readonly string[] | undefined;
  readonly onStrike: (id: string) => void;
  /** With `kept`: told of every misfortune that could take place at a try, whether it does or not. */
  readonly onTry?: ((id: string) => void) | undefined;
}

export class Chance {
  /** What struck so far, in order: `place#try@ms+order:kind`, with when it was drawn, and after how many others then. */
  readonly decisions: string[] = [];
  /** Nothing strikes any more. */
  isOver = false;
  readonly #terms: ChanceTerms;

  constructor(terms: ChanceTerms) {
    this.#terms = terms;
  }

  /** What strikes was said before: no shares are asked for. */
  get isPlanned(): boolean {
    return this.#terms.kept !== undefined;
  }

  dice(place: string): Dice {
    const { seeds, kept } = this.#terms;
    const turns = new Turns(place, this.#terms.nowMs);
    if (kept !== undefined)
      return this.#planned(
        kept.flatMap((id) => plannedAt(place, id)),
        turns,
      );
    const random = seeds.stream(place);
    return {
      roll: (shares) => {
        turns.next();
        let left = random.next();
        if (this.isOver) return undefined;
        for (const [kind, share] of shares) {
          left -= share;
          if (left < 0) return this.#strike(turns.idOf(kind), kind);
        }
        return undefined;
      },
    };
  }

  /** By time: a try by number would be another one as soon as anything before it is left out. */
  #planned(due: readonly Planned[], turns: Turns): Dice {
    const left = due.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order);
    return {
      roll: (shares) => {
        const [atMs, order] = turns.next();
        this.#tell(turns, shares);
        const [first] = left;
        if (first === undefined || this.isOver || atMs < first.atMs) return undefined;
        if (atMs === first.atMs && order < first.order) return undefined;
        const met = shares.find(([kind]) => kind === first.kind);
        if (met === undefined) return undefined;
        left.shift();
        return this.#strike(first.id, met[0]);
      },
    };
  }

  #tell(turns: Turns, shares: Shares<string>): void {
    const { onTry } = this.#terms;
    if (onTry === undefined || this.isOver) return;
    for (const [kind] of shares) onTry(turns.idOf(kind));
  }

  #strike<K extends string>(id: string, kind: K): Strike<K> {
    this.decisions.push(id);
    this.#terms.onStrike(id);
    return { kind, details: this.#terms.seeds.stream(id.replace(/@[\d.+]+/, '')) };
  }
}

/** The tries at one place. */
class Turns {
  /** So far, the newest included. */
  count = 0;
  readonly #place: string;
  readonly #nowMs: () => number;
  #atMs = Number.NaN;
  #order = 0;

  constructor(place: string, nowMs: () => number) {
    this.#place = place;
    this.#nowMs = nowMs;
  }

  /** Of what strikes at the newest. */
  idOf(kind: string): string {
    return `${this.#place}#${this.count}@${this.#atMs}+${this.#order}:${kind}`;
  }

  /** When it is, in microseconds' steps, and how many came before it at this very moment. */
  next(): readonly [atMs: number, order: number] {
    const atMs = Math.floor(this.#nowMs() * 1000) / 1000;
    this.#order = atMs === this.#atMs ? this.#order + 1 : 0;
    this.#atMs = atMs;
    this.count += 1;
    return [atMs, this.#order];
  }
}

interface Planned {
  readonly id: string;
  readonly atMs: number;
  readonly order: number;
  readonly kind: string;
}

/** None when the decision is about another place. */
function plannedAt(place: string, id: string): readonly Planned[] {
  const [, where, atMs, order, kind] = /^(.*)#\d+@([\d.]+)\+(\d+):(.*)$/.exec(id) ?? [];
  if (where !== place || kind === undefined) return [];
  return [{ id, atMs: Number(atMs), order: Number(order), kind }];
}
