/** What happens next in virtual time: earliest first, in the order it was put in where times are the same. */

interface Event {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

export class EventHeap {
  readonly #events: Event[] = [];
  #count = 0;

  get size(): number {
    return this.#events.length;
  }

  push(atMs: number, run: () => void): void {
    this.#count += 1;
    this.#events.push({ atMs, order: this.#count, run });
    for (let index = this.size - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  pop(): Event | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (first === undefined || last === undefined || this.size === 0) return first;
    this.#events[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) if (this.#isBefore(child, least)) least = child;
      if (least === index) return first;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#events[one], this.#events[other]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#events[one], this.#events[other]];
    if (a === undefined || b === undefined) return;
    this.#events[one] = b;
    this.#events[other] = a;
  }
}
