/** What this process knows of the route entry in force: read back, or written and acknowledged. */

import type { Reply, Seen } from '../model/outcome.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecalledRoute } from './recall-route.ts';

/** How long a write without an answer may keep others back when no read settles it, in milliseconds. */
const settleWithinMs = 5000;

/** More writes than this are not remembered: one that old has arrived, or never will. */
const mostLate = 32;

/** The gateway's table as last known, and the version the next entry must have. */
export class KnownRoute {
  /** The weights traffic is meant to have. */
  weights: Weights;
  entry: RouteEntry | undefined;
  /** It does not have (any more) what it acknowledged: an old table was restored, or none. */
  isLost = false;
  readonly #clock: Clock;
  readonly #recalled: RecalledRoute;
  #issuedVersion = 0;
  #isWrittenHere = false;
  #isSeen = false;
  #published = { atMs: 0, atMonoMs: 0 };
  #unanswered: { readonly version: number; readonly atMs: number; readonly atMonoMs: number } | undefined;
  /** One of the writes that were not answered would have changed the weights. */
  #isInDoubt = false;
  /** Without an answer, and newer than what was in force whenever that was seen: each may arrive yet. */
  #late: readonly RouteEntry[] = [];

  constructor(clock: Clock, recalled: RecalledRoute) {
    this.#clock = clock;
    this.#recalled = recalled;
    this.weights = recalled.weights;
  }

  /** Never used twice for different contents: a late arrival of a lost write must find a newer version in force. */
  nextVersion(): number {
    this.#issuedVersion = Math.max(this.entry?.routeVersion ?? 0, this.#issuedVersion) + 1;
    return this.#issuedVersion;
  }

  /** For the countdown of the spill proofs; long ago for an entry somebody else wrote. */
  ageMs(): number {
    return this.#clock.monoMs() - this.#published.atMonoMs;
  }

  /** A write was not answered and nothing was read since: what is in force is not known. */
  isUnsettled(): boolean {
    const open = this.#unanswered;
    return open !== undefined && this.#clock.monoMs() - open.atMonoMs < settleWithinMs;
  }

  /** Whether the weights in force may be others than `weights`: nobody has answered, nor been seen, since they were written. */
  isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Writes that may arrive yet, whatever was read since: only something newer in force keeps them out. */
  get late(): readonly RouteEntry[] {
    return this.#late;
  }

  note(entry: RouteEntry, reply: Reply<void>): void {
    const now = { atMs: this.#clock.nowMs(), atMonoMs: this.#clock.monoMs() };
    if (reply.kind === 'unknown') {
      this.#unanswered = { version: entry.routeVersion, ...now };
      this.#isInDoubt ||= !sameWeights(entry.weights, this.weights);
      this.#late = [...this.#late, entry].slice(-mostLate);
    }
    if (reply.kind !== 'done') return;
    this.#keepOut(entry.routeVersion);
    this.entry = entry;
    this.weights = entry.weights;
    this.isLost = false;
    this.#isWrittenHere = true;
    this.#settle();
    this.#published = now;
  }

  /** Whether the gateway can be seen again after it could not. */
  adopt(seen: Seen<RouteEntry | undefined>): boolean {
    const isBack = seen.kind === 'seen' && !this.#isSeen;
    this.#isSeen = seen.kind === 'seen';
    if (seen.kind === 'unknown') return false;
    const { value, asOfMs } = seen;
    const version = value?.routeVersion ?? 0;
    this.#keepOut(version);
    if (this.#unanswered !== undefined && (version >= this.#unanswered.version || asOfMs > this.#unanswered.atMs))
      this.#settle();
    if (value === undefined || version < (this.entry?.routeVersion ?? 0)) {
      this.isLost ||= this.entry !== undefined && asOfMs > this.#published.atMs;
      return isBack;
    }
    // What the gateway counts down from is its own clock's business: an adopted entry is refreshed soon.
    if (version !== this.entry?.routeVersion) this.#published = { atMs: 0, atMonoMs: 0 };
    this.entry = value;
    // Somebody else's, from before what an earlier holder of the lease was told is in force: a gateway that lost the newest.
    this.isLost = !this.#isWrittenHere && this.#recalled.isOutdated(value);
    if (!this.isLost) this.weights = value.weights;
    return isBack;
  }

  #keepOut(version: number): void {
    if (this.#late.length > 0) this.#late = this.#late.filter(({ routeVersion }) => routeVersion > version);
  }

  #settle(): void {
    this.#unanswered = undefined;
    this.#isInDoubt = false;
  }

  newest(seen: Seen<RouteEntry | undefined>): Seen<RouteEntry | undefined> {
    if (seen.kind === 'unknown' || this.entry === undefined) return seen;
    const isOlder = (seen.value?.routeVersion ?? 0) < this.entry.routeVersion;
    return isOlder && this.#isWrittenHere ? { ...seen, value: this.entry } : seen;
  }
}
