/** One life of a process: every call it makes is a point at which it may die, and nothing of it runs on when it has. */

/**
 * Where in a call the process dies. `before`: nothing was sent. `in-flight`: the request is out and lands; nobody reads
 * the answer. `after`: the answer is there, and nobody goes on with it.
 */
export type CrashWindow = 'before' | 'in-flight' | 'after';

export interface Crash {
  /** Counted from 1 over the calls of this life. */
  readonly at: number;
  readonly window: CrashWindow;
}

/** What a process was told, and when (monotonic milliseconds). */
export interface Told {
  readonly atMs: number;
  readonly value: unknown;
}

/** Answers kept of each question: a step may be judged by any of the last few. */
const mostTold = 8;

export interface LifeTerms {
  readonly name: string;
  readonly bornAtMs: number;
  readonly crash: Crash | undefined;
  readonly onDeath: () => void;
}

export class Incarnation {
  readonly name: string;
  readonly bornAtMs: number;
  isAlive = true;
  /** The newest answers to each `call/site`, oldest first, for the oracles. */
  readonly told = new Map<string, Told[]>();
  /** Epochs that it asked the gateway to be marked with. */
  readonly stamped = new Set<number>();
  /** Calls so far. */
  calls = 0;
  /** A write of its store failed: so does every later one. */
  hasLostDisk = false;
  /** An entry of its journal could not be written: it may change nothing any more (I29). */
  hasLostJournal = false;
  readonly #crash: Crash | undefined;
  readonly #onDeath: () => void;
  /** While it stands still: what it would have gone on with, in order. */
  #held: (() => void)[] | undefined;

  constructor({ name, bornAtMs, crash, onDeath }: LifeTerms) {
    this.name = name;
    this.bornAtMs = bornAtMs;
    this.#crash = crash;
    this.#onDeath = onDeath;
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#onDeath();
  }

  /** As a stopped process or a blocked event loop: time passes, answers come, nothing goes on. */
  pause(): void {
    this.#held ??= [];
  }

  /** It has read an answer. */
  hear(question: string, told: Told): void {
    const known = this.told.get(question) ?? [];
    if (known.length === 0) this.told.set(question, known);
    known.push(told);
    if (known.length > mostTold) known.shift();
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
      this.calls += 1;
      const window = this.calls === this.#crash?.at ? this.#crash.window : undefined;
      if (window === 'before') return this.kill();
      const end = (run: () => void): void => {
        if (window === 'after') this.kill();
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
      if (window === 'in-flight') this.kill();
    });
  }
}
