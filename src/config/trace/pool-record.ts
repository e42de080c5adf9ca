/** Makes machines out of counts: the record of one pool as it is read, line after line. */
import type { TraceNode } from '../../model/trace.ts';

/** Which of so many machines, in the order in which they came, go: their indices. */
export type Choose = (of: number, count: number) => readonly number[];

/** Those that came first. A replica is put on the machine that came first, so running replicas are taken first. */
export const oldest: Choose = (_, count) => Array.from({ length: count }, (_each, index) => index);

/**
 * Evenly over all: for records of a cluster that is larger than what is replayed, which say how many went and not which. A
 * replica is hit as often as chance would hit it.
 */
export const evenly: Choose = (of, count) =>
  Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * of) / count));

interface Came {
  readonly name: string;
  readonly fromMs: number;
  untilMs: number | undefined;
}

/** One pool, moment after moment. */
export class PoolRecord {
  /** In the order in which they came, whatever became of them later: that order must not tell what comes. */
  readonly #all: Came[] = [];
  #here: Came[] = [];

  get count(): number {
    return this.#here.length;
  }

  has(name: string): boolean {
    return this.#here.some((each) => each.name === name);
  }

  add(atMs: number, name = `machine-${this.#all.length + 1}`): void {
    const came: Came = { name, fromMs: atMs, untilMs: undefined };
    this.#all.push(came);
    this.#here.push(came);
  }

  remove(atMs: number, name: string): void {
    for (const each of this.#here) if (each.name === name) each.untilMs = atMs;
    this.#here = this.#here.filter(({ untilMs }) => untilMs === undefined);
  }

  /** `taken` of those that are here go, and new ones come until there are `capacity`. */
  set(atMs: number, { capacity, taken }: { readonly capacity: number; readonly taken: number }, choose: Choose): void {
    const going = choose(this.#here.length, taken).flatMap((index) => this.#here[index]?.name ?? []);
    for (const name of going) this.remove(atMs, name);
    while (this.#here.length < capacity) this.add(atMs);
  }

  /** All machines there were, in the order in which they came; what is still here stays to the end. */
  close(endMs: number): readonly TraceNode[] {
    return this.#all
      .map(({ name, fromMs, untilMs = endMs }) => ({ name, fromMs, untilMs: Math.min(untilMs, endMs) }))
      .filter(({ fromMs, untilMs }) => fromMs < untilMs);
  }
}
