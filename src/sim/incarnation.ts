/** One life of a process: every call it makes is a point at which it may die, and nothing of it runs on when it has. */
import type { Random } from '../ports/random.ts';
import type { Dice, Shares } from './chance.ts';

/**
 * What may become of the process in a call. It dies `before`: nothing was sent; `in-flight`: the request is out and lands,
 * nobody reads the answer; `after`: the answer is there, and nobody goes on with it. `pause`: it stands still with the
 * request out, and goes on with whatever came when its lease is over.
 */
const interruptions = ['before', 'in-flight', 'after', 'pause'] as const;

/** What a process was told, and when (monotonic milliseconds). */
export interface Told {
  readonly atMs: number;
  readonly value: unknown;
}

/** Answers kept of each question: a step may be judged by any of the last few. */
const leastTold = 8;
/** And by any that came while another one of its questions, asked beside it, was given up; milliseconds. */
const keptMs = 6000;

export interface LifeTerms {
  readonly name: string;
  readonly bornAtMs: number;
  /** Undefined: no call is interrupted. */
  readonly dice: Dice | undefined;
  /** Share of the calls that are, 0–1. */
  readonly interrupted: number;
  readonly onDeath: () => void;
  /** It stands still: whoever knows the time lets it go on. */
  readonly onPause: (details: Random) => void;
}

export class Incarnation {
  readonly name: string;
  readonly bornAtMs: number;
  isAlive = true;
  /** The newest answers to each `call/site`, oldest first, for the oracles. */
  readonly told = new Map<string, Told[]>();
  /** When each of these was answered first, monotonic milliseconds. */
  readonly toldSinceMs = new Map<string, number>();
  /** Those of the configuration it began with. */
  sites: ReadonlySet<string> = new Set();
  /** Epochs that it asked the gateway to be marked with. */
  readonly stamped = new Set<number>();
  /** Its newest turn at rebalancing, by the epoch of the lease; undefined: it had none. */
  turn: number | undefined;
  /** A write of its store failed: so does every later one. */
  hasLostDisk = false;
  /** An entry of its journal could not be written: it may change nothing any more (I29). */
  hasLostJournal = false;
  readonly #terms: LifeTerms;
  readonly #shares: Shares<(typeof interruptions)[number]>;
  /** While it stands still: what it would have gone on with, in order. */
  #held: (() => void)[] | undefined;

  constructor(terms: LifeTerms) {
    this.name = terms.name;
    this.bornAtMs = terms.bornAtMs;
    this.#terms = terms;
    this.#shares = interruptions.map((kind) => [kind, terms.interrupted / interruptions.length]);
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#terms.onDeath();
  }

  /** As a stopped process or a blocked event loop: time passes, answers come, nothing goes on. */
  pause(): void {
    this.#held ??= [];
  }

  /** It has read an answer. */
  hear(question: string, told: Told): void {
    const known = this.told.get(question) ?? [];
    if (known.length === 0) {
      this.told.set(question, known);
      this.toldSinceMs.set(question, told.atMs);
    }
    known.push(told);
    while (known.length > leastTold && told.atMs - (known[0]?.atMs ?? told.atMs) > keptMs) known.shift();
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const run of held) this.deliver(run);
  }

  /** Whatever comes to the process from outside comes through here. */
  deliver(run: () => void): void {
    if (!this.isAlive) return;
    if (this.#held !== undefined) this.#held.push(run);
    else run();
  }

  /** A call that changes something or reads something: a point. `send` gets the ways to answer it. */
  point<T>(
    send: (answered: (value: T) => void, failed: (thrown: unknown) => void) => void,
    onHeard: (value: T) => void = () => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return;
      const { dice, onPause } = this.#terms;
      const strike = dice?.roll(this.#shares);
      if (strike?.kind === 'before') return this.kill();
      const end = (run: () => void): void => {
        if (strike?.kind === 'after') this.kill();
        this.deliver(run);
      };
      send(
        (value) =>
          end(() => {
            onHeard(value);
            resolve(value);
          }),
        (thrown) => end(() => reject(thrown)),
      );
      if (strike?.kind === 'in-flight') this.kill();
      if (strike?.kind !== 'pause') return;
      this.pause();
      onPause(strike.details);
    });
  }
}
