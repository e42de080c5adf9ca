/** What really is, for the oracles alone: nothing that the engine decides may look here. */
import type { CloudEvent } from './cloud.ts';

export interface Violation {
  /** Such as `I14`. */
  readonly invariant: string;
  readonly message: string;
  /** Virtual milliseconds. */
  readonly atMonoMs: number;
}

export class Ghost {
  readonly violations: Violation[] = [];
  /** Leases as they were granted: epoch to the monotonic moment until which they may be used. */
  readonly leases = new Map<number, number>();
  newestEpoch = 0;
  readonly cloudEvents: CloudEvent[] = [];
  /** By site: the last moment it served, and the last it did not; monotonic milliseconds. */
  readonly lastServedMs = new Map<string, number>();
  readonly lastFailedMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  violate(invariant: string, message: string): void {
    this.violations.push({ invariant, message, atMonoMs: this.#nowMs() });
  }

  grant(epoch: number, usableUntilMonoMs: number): void {
    this.newestEpoch = Math.max(this.newestEpoch, epoch);
    this.leases.set(epoch, usableUntilMonoMs);
  }

  /** I1: whoever issues a change holds the lease, and its call ends before the lease does. */
  checkIssue(what: string, { epoch, deadlineAtMonoMs }: { epoch: number; deadlineAtMonoMs: number }): void {
    const untilMs = this.leases.get(epoch);
    const nowMs = this.#nowMs();
    if (untilMs === undefined || nowMs >= untilMs) this.violate('I1', `${what} is issued under epoch ${epoch}, whose lease is over`);
    else if (deadlineAtMonoMs > untilMs)
      this.violate('I1', `${what} may run until ${deadlineAtMonoMs}, its lease only until ${untilMs}`);
  }
}
