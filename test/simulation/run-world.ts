/** One seed's world, run once or twice; whatever is wrong with it becomes a violation. */
import type { Cells } from '../../src/sim/cells.ts';
import { runFast, runSlowly } from '../../src/sim/drain.ts';
import type { Violation } from '../../src/sim/ghost.ts';
import type { SimOptions } from '../../src/sim/options.ts';
import { type SeedReport, simulate } from '../../src/sim/run-seed.ts';
import type { WorldTerms } from '../../src/sim/world-terms.ts';
import { loadSolve } from './solve.ts';

export interface WorldEnd {
  /** Undefined when it threw. */
  readonly report: SeedReport | undefined;
  readonly violations: readonly Violation[];
}

/** How often a world is run: `slowly`, the second time with a turn of the event loop for each event. */
export type Times = 'once' | 'twice' | 'slowly';

/** One world in a hundred is run again, and one in ten of these slowly; the first always. */
export function timesOf(turn: number): Times {
  if (turn % 100 !== 0) return 'once';
  return turn % 1000 === 0 ? 'slowly' : 'twice';
}

/** `begin` is called right before, in the world's own turn of the event loop. */
export async function runWorld(options: SimOptions, terms: WorldTerms, begin?: () => void): Promise<WorldEnd> {
  try {
    const report = await runInTurn(options, await withSolve(options, terms), begin);
    return { report, violations: report.violations };
  } catch (error) {
    return { report: undefined, violations: [crashOf(error)] };
  }
}

/** Runs it again: it must be the same to the last event. */
export async function checkAgain(options: SimOptions, first: SeedReport, times: Times): Promise<readonly Violation[]> {
  try {
    const terms = await withSolve(options, {});
    const again = times === 'slowly' ? await runSlowly(simulate(options, terms)) : await runInTurn(options, terms);
    if (again.traceHash === first.traceHash) return [];
    const message = `${first.traceHash}, and run again ${times === 'slowly' ? 'slowly ' : ''}${again.traceHash}`;
    return [{ invariant: 'determinism', message, atMonoMs: first.virtualMs }];
  } catch (error) {
    return [crashOf(error)];
  }
}

/** Only worlds that ask for one wait for a solver. */
async function withSolve({ rebalance }: SimOptions, terms: WorldTerms): Promise<WorldTerms> {
  return rebalance === undefined ? terms : { ...terms, solve: await loadSolve() };
}

/** Microtasks can be run from an immediate, not from inside a microtask. */
function runInTurn(options: SimOptions, terms: WorldTerms, begin?: () => void): Promise<SeedReport> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      begin?.();
      try {
        resolve(runFast(simulate(options, terms)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** What was thrown and not caught, with where. */
export function crashOf(thrown: unknown): Violation {
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { invariant: 'crash', message, atMonoMs: Number.NaN };
}

/** Of `Cells`, so that threads share what they covered. */
export type CellsDump = ReturnType<Cells['dump']>;
