/** Attempts in the order they came, each linked into one list at a time: a Set costs a fifth of the throughput here. */
import type { Attempt } from './attempt.ts';

export class AttemptList {
  size = 0;
  #first: Attempt | undefined;
  #last: Attempt | undefined;

  /** At the end. The attempt must be in no list. */
  add(attempt: Attempt): void {
    attempt.list = this;
    attempt.previous = this.#last;
    attempt.next = undefined;
    if (this.#last === undefined) this.#first = attempt;
    else this.#last.next = attempt;
    this.#last = attempt;
    this.size += 1;
  }

  /** Does nothing to an attempt that is not in this list. */
  remove(attempt: Attempt): void {
    if (attempt.list !== this) return;
    const { previous, next } = attempt;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    attempt.list = undefined;
    attempt.previous = undefined;
    attempt.next = undefined;
    this.size -= 1;
  }

  /** Oldest first, up to the first that `isWanted` turns down; a copy, so that attempts may leave while it is read. */
  takeWhile(isWanted: (attempt: Attempt) => boolean): readonly Attempt[] {
    const taken: Attempt[] = [];
    for (let each = this.#first; each !== undefined && isWanted(each); each = each.next) taken.push(each);
    return taken;
  }

  /** All of one kind, oldest first; a copy too. */
  filter(isWanted: (attempt: Attempt) => boolean): readonly Attempt[] {
    const found: Attempt[] = [];
    for (let each = this.#first; each !== undefined; each = each.next) if (isWanted(each)) found.push(each);
    return found;
  }
}
