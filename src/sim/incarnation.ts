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

export class Incarnation {
  isAlive = true;
  /** Calls so far. */
  calls = 0;
  readonly #crash: Crash | undefined;
  readonly #onCall: (name: string) => void;
  readonly #onDeath: () => void;

  constructor(terms: { crash: Crash | undefined; onCall: (name: string) => void; onDeath: () => void }) {
    this.#crash = terms.crash;
    this.#onCall = terms.onCall;
    this.#onDeath = terms.onDeath;
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#onDeath();
  }

  /** A call that changes something or reads something: a point. */
  point<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!this.isAlive) return never();
    this.calls += 1;
    const window = this.calls === this.#crash?.at ? this.#crash.window : undefined;
    if (window === 'before') {
      this.kill();
      return never();
    }
    this.#onCall(name);
    const answer = work();
    if (window === 'in-flight') {
      this.kill();
      answer.catch(() => undefined);
      return never();
    }
    return this.whileAlive(answer, window === 'after');
  }

  /** Passes an answer on to a process that lives; `dies`: it dies on reading it. */
  whileAlive<T>(answer: Promise<T>, dies = false): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => {
          if (dies) this.kill();
          if (this.isAlive) resolve(value);
        },
        (error) => {
          if (dies) this.kill();
          if (this.isAlive) reject(error);
        },
      );
    });
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
