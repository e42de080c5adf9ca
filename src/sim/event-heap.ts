/** What happens next: earliest first; where times are the same a seeded tie decides, then the order it was put in. */

/** Something that will happen, unless it is cancelled before. */
export interface Event {
  readonly atMs: number;
  readonly tie: number;
  readonly order: number;
  isCancelled: boolean;
  run(): void;
}

export class EventHeap {
  readonly #events: Event[] = [];
  readonly #tie: () => number;
  #count = 0;

  /** `tie` is drawn once for each event: races at one moment are explored, and repeat with the seed. */
  constructor(tie: () => number) {
    this.#tie = tie;
  }

  get size(): number {
    return this.#events.length;
  }

  push(atMs: number, run: () => void): Event {
    this.#count += 1;
    const event: Event = { atMs, tie: this.#tie(), order: this.#count, isCancelled: false, run };
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent];
      if (above === undefined || !isBefore(event, above)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
    return event;
  }

  /** The next event that was not cancelled. */
  pop(): Event | undefined {
    for (;;) {
      const first = this.#popAny();
      if (first === undefined || !first.isCancelled) return first;
    }
  }

  #popAny(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || first === last) return first;
    const size = events.length;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = events[child];
      if (child >= size || below === undefined) break;
      const other = events[child + 1];
      if (other !== undefined && isBefore(other, below)) {
        child += 1;
        below = other;
      }
      if (!isBefore(below, last)) break;
      events[index] = below;
      index = child;
    }
    events[index] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;
}
