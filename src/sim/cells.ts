/** Which faults met which calls in which steps: what a run of the simulator has really tried. */
import type { StepEffect } from '../model/plan.ts';

export type StepKind = StepEffect['kind'];
export type CallName = 'stamp' | 'write' | 'cut' | 'read' | 'traffic' | 'list' | 'start' | 'stop' | 'check';

/**
 * `lost`: done, and the answer never came. `hang`: never arrived. `slow`: arrived or was answered late. `stale`: an answer
 * from before. `refused`: sold out, or more than the quota.
 */
export type CallOutcome = 'ok' | 'error' | 'lost' | 'hang' | 'slow' | 'stale' | 'throttle' | 'auth' | 'refused';

const link = ['ok', 'error', 'lost', 'hang', 'slow'] as const;

/** What can become of each call: a socket does not throttle, and only what lists and reads can be stale. */
export const outcomesOf: Readonly<Record<CallName, readonly CallOutcome[]>> = {
  stamp: link,
  write: link,
  // As a stop: what it ends must be what its sender saw.
  cut: ['ok', 'error', 'lost', 'hang'],
  read: link,
  traffic: [...link, 'stale'],
  list: [...link, 'stale', 'throttle', 'auth'],
  start: [...link, 'throttle', 'auth', 'refused'],
  // A stop that arrives long after it was sent is dropped: see `Parcel.isPerishable`.
  stop: ['ok', 'error', 'lost', 'hang', 'throttle', 'auth'],
  check: link,
};

/** The calls that a step makes or waits for. */
export const callsOf: Readonly<Record<StepKind, readonly CallName[]>> = {
  stamp: ['stamp'],
  // Only in worlds in which drills are held.
  undo: [],
  launch: ['start', 'list'],
  // The same calls as a launch; how many of its candidates a world asks is chance.
  hunt: [],
  // Of a hedged one: as a proof and as a stop.
  race: [],
  release: [],
  prove: ['check', 'list'],
  weigh: ['write', 'read', 'traffic'],
  fence: ['read'],
  drain: ['traffic'],
  cut: ['cut', 'traffic'],
  stop: ['read', 'list', 'stop'],
  // As a stop, and a drain of some; how often people scale is chance.
  trim: [],
  settle: ['check', 'list', 'read', 'traffic'],
};

export interface Coverage {
  readonly covered: number;
  readonly total: number;
}

/** Every `step/call/outcome` there is. */
const allCells: readonly string[] = Object.entries(callsOf).flatMap(([step, calls]) =>
  calls.flatMap((call) => outcomesOf[call].map((outcome) => `${step}/${call}/${outcome}`)),
);
/** Every `call/outcome` that is no success. */
const allFaults: readonly string[] = Object.entries(outcomesOf).flatMap(([call, outcomes]) =>
  outcomes.filter((outcome) => outcome !== 'ok').map((outcome) => `${call}/${outcome}`),
);
const indexOfFault = new Map(allFaults.map((fault, index) => [fault, index]));

/** Fills over all the worlds of a run; what other threads saw is merged in. */
export class Cells {
  readonly #cells: Set<string>;
  /** `i*n+j`, i ≤ j: two faults that struck calls of one operation. */
  readonly #pairs: Set<number>;
  /** Faults that struck the operation in progress. */
  #struck = new Set<number>();

  constructor(
    seen: { readonly cells: readonly string[]; readonly pairs: readonly number[] } = { cells: [], pairs: [] },
  ) {
    this.#cells = new Set(seen.cells);
    this.#pairs = new Set(seen.pairs);
  }

  note(step: StepKind, call: CallName, outcome: CallOutcome): void {
    this.#cells.add(`${step}/${call}/${outcome}`);
    const fault = indexOfFault.get(`${call}/${outcome}`);
    if (fault !== undefined) this.#struck.add(fault);
  }

  /** The operation in progress ended: what struck it together is paired. */
  endOperation(): void {
    const struck = [...this.#struck].sort((a, b) => a - b);
    this.#struck = new Set();
    for (const [index, one] of struck.entries())
      for (const other of struck.slice(index + 1)) this.#pairs.add(one * allFaults.length + other);
  }

  merge(other: ReturnType<Cells['dump']>): void {
    for (const each of other.cells) this.#cells.add(each);
    for (const each of other.pairs) this.#pairs.add(each);
  }

  dump(): { readonly cells: readonly string[]; readonly pairs: readonly number[] } {
    return { cells: [...this.#cells], pairs: [...this.#pairs] };
  }

  cells(): Coverage {
    return { covered: allCells.filter((each) => this.#cells.has(each)).length, total: allCells.length };
  }

  pairs(): Coverage {
    return { covered: this.#pairs.size, total: (allFaults.length * (allFaults.length - 1)) / 2 };
  }

  /** What was not tried yet. */
  missing(): readonly string[] {
    return allCells.filter((each) => !this.#cells.has(each));
  }

  missingPairs(): readonly string[] {
    return allFaults.flatMap((one, i) =>
      allFaults
        .slice(i + 1)
        .flatMap((other, j) => (this.#pairs.has(i * allFaults.length + i + 1 + j) ? [] : [`${one} + ${other}`])),
    );
  }
}
