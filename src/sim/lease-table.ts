/** Leases of one name as they were granted, for the oracles. */

/** What is broken, and how. */
type Violate = (invariant: 'I3', message: string) => void;

export class LeaseTable {
  newestEpoch = 0;
  /** Epoch to the monotonic moment at which somebody else may hold it. */
  readonly #untilMs = new Map<number, number>();
  readonly #nowMs: () => number;
  readonly #violate: Violate;

  constructor(nowMs: () => number, violate: Violate) {
    this.#nowMs = nowMs;
    this.#violate = violate;
  }

  /** The store gave or renewed it at this very moment: whoever watches it saw that no earlier. */
  grant(epoch: number, ttlMs: number): void {
    const nowMs = this.#nowMs();
    if (epoch < this.newestEpoch) this.#violate('I3', `epoch ${epoch} is granted after ${this.newestEpoch}`);
    for (const [older, untilMs] of this.#untilMs)
      if (older < epoch && untilMs > nowMs)
        this.#violate('I3', `epoch ${epoch} is granted while ${older} may be used for ${untilMs - nowMs} ms`);
    this.newestEpoch = Math.max(this.newestEpoch, epoch);
    // A tenth, 50 ms at least, is kept free for what is on its way.
    this.#untilMs.set(epoch, nowMs + ttlMs - Math.max(50, ttlMs / 10));
  }

  /** Its holder gave it back. */
  release(epoch: number): void {
    this.#untilMs.set(epoch, Number.NEGATIVE_INFINITY);
  }

  /** Until when it may be used, monotonic milliseconds; the far past for one that was never granted, or is over. */
  usableUntilMs(epoch: number): number {
    return this.#untilMs.get(epoch) ?? Number.NEGATIVE_INFINITY;
  }
}
