/** What ran at a site when its drain began, and how each of it ended: kept until the next drain of that site. */
import { type DrainAccount, type DrainedEnd, type DrainedStream, drainedEnds } from '../model/drained.ts';
import type { Attempt } from './attempt.ts';

/** Requests listed in one account; the others are counted. */
const maxListed = 50;

/** The same moment on both clocks: ages are measured, and people are told when it was. */
export interface Begin {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** As long as the requests that ran at one moment, and far smaller than they were. A class, because every end changes it. */
export class DrainLedger {
  /** Whose drain it is: the same operation goes on with the same ledger, in another process too. */
  readonly operation: string;
  readonly site: string;
  readonly #began: Begin;
  readonly #running = new Map<Attempt, number>();
  readonly #ended: DrainedStream[] = [];

  constructor({ operation, site }: Pick<DrainLedger, 'operation' | 'site'>, began: Begin) {
    this.operation = operation;
    this.site = site;
    this.#began = began;
  }

  /** Does nothing for one that is in it. */
  add(attempt: Attempt): void {
    if (attempt.ledger === this) return;
    attempt.ledger = this;
    this.#running.set(attempt, Math.max(0, this.#began.monoMs - attempt.startedMs));
  }

  /** Before anything of it is let go. */
  end(attempt: Attempt, end: DrainedEnd): void {
    const ageMs = this.#running.get(attempt);
    if (ageMs === undefined) return;
    this.#running.delete(attempt);
    this.#ended.push(lineOf(attempt, ageMs, end));
  }

  account(): DrainAccount {
    const running = [...this.#running].map(([attempt, ageMs]) => lineOf(attempt, ageMs, 'running'));
    const all = [...this.#ended, ...running];
    const counts = Object.fromEntries(drainedEnds.map((end) => [end, all.filter((each) => each.end === end).length]));
    const isFinished = ({ end }: DrainedStream): number => (end === 'finished' ? 1 : 0);
    all.sort((one, other) => isFinished(one) - isFinished(other) || other.ageMs - one.ageMs);
    return {
      site: this.site,
      beganAtMs: this.#began.wallMs,
      counts: counts as Record<DrainedEnd, number>,
      streams: all.slice(0, maxListed),
      more: Math.max(0, all.length - maxListed),
    };
  }
}

function lineOf({ id, replica, bytes }: Attempt, ageMs: number, end: DrainedEnd): DrainedStream {
  return { id: String(id), replica: replica.id, ageMs: Math.round(ageMs), bytes, end };
}
