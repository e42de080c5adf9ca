/** What many worlds came to, added up over all threads. */
import { Cells } from '../../src/sim/cells.ts';
import type { Violation } from '../../src/sim/ghost.ts';
import type { SimOptions } from '../../src/sim/options.ts';
import type { SeedReport } from '../../src/sim/run-seed.ts';
import type { CellsDump, Times, WorldEnd } from './run-world.ts';

export interface Counts {
  seeds: number;
  failovers: number;
  operations: number;
  steps: number;
  entries: number;
  events: number;
  virtualMs: number;
  /** Wall time in which worlds were run, and what it cost of the processor. */
  busyMs: number;
  cpuMs: number;
  twice: number;
  slowly: number;
  violations: number;
}

export interface Failure {
  readonly options: SimOptions;
  readonly violations: readonly Violation[];
}

/** What one thread did since it last told. */
export interface Part {
  readonly counts: Counts;
  readonly failures: readonly Failure[];
  readonly cells: CellsDump;
}

/** Of failing worlds; of more, only the number is kept. */
export const mostFailures = 20;

export class Tally {
  counts: Counts = noCounts();
  failures: Failure[] = [];
  readonly cells = new Cells();

  add(options: SimOptions, { report, violations }: WorldEnd): void {
    this.counts.seeds += 1;
    if (report !== undefined) this.#count(report);
    this.fail(options, violations);
  }

  addTimes(times: Times): void {
    if (times !== 'once') this.counts[times] += 1;
  }

  fail(options: SimOptions, violations: readonly Violation[]): void {
    if (violations.length === 0) return;
    this.counts.violations += violations.length;
    if (this.failures.length < mostFailures) this.failures.push({ options, violations });
  }

  addBusy(busyMs: number, cpuMs: number): void {
    this.counts.busyMs += busyMs;
    this.counts.cpuMs += cpuMs;
  }

  /** All since the last time, and begins anew; what was covered stays known. */
  take(): Part {
    const part = { counts: this.counts, failures: this.failures, cells: this.cells.dump() };
    this.counts = noCounts();
    this.failures = [];
    return part;
  }

  merge({ counts, failures, cells }: Part): void {
    for (const key of Object.keys(this.counts) as (keyof Counts)[]) this.counts[key] += counts[key];
    this.failures.push(...failures.slice(0, mostFailures - this.failures.length));
    this.cells.merge(cells);
  }

  #count({ failovers, operations, steps, entries, events, virtualMs }: SeedReport): void {
    const seen = { failovers, operations, steps, entries, events, virtualMs };
    for (const key of Object.keys(seen) as (keyof typeof seen)[]) this.counts[key] += seen[key];
  }
}

/** Failovers per second in which a thread ran worlds. */
export function paceOf({ failovers, busyMs }: Counts): number {
  return busyMs === 0 ? 0 : (failovers / busyMs) * 1000;
}

/** The same per second of the processor's time: what other programs take of it does not count. */
export function cpuPaceOf({ failovers, cpuMs }: Counts): number {
  return cpuMs === 0 ? 0 : (failovers / cpuMs) * 1000;
}

function noCounts(): Counts {
  return {
    ...{ seeds: 0, failovers: 0, operations: 0, steps: 0, entries: 0, events: 0, virtualMs: 0 },
    ...{ busyMs: 0, cpuMs: 0, twice: 0, slowly: 0, violations: 0 },
  };
}
