/** Cuts a world that broke something down, running it again and again with fewer of its misfortunes. */
import { shrink } from '../../src/sim/shrink.ts';
import type { ReplayLine } from './replay-line.ts';
import { runLine } from './run-line.ts';
import type { WorldEnd } from './run-world.ts';

export interface ShrunkWorld {
  readonly invariant: string;
  readonly message: string;
  /** With only the decisions that are left. */
  readonly line: ReplayLine & { readonly kept: readonly string[] };
  /** What struck in the world as it was found. */
  readonly decisions: number;
  /** Worlds that were run for it, in so many milliseconds. */
  readonly runs: number;
  readonly ms: number;
  /** Without any single one of what is left it is not broken; false when time was up. */
  readonly isLeast: boolean;
}

const graceMs = 20_000;

/** Undefined when the world breaks nothing; `limitMs`: no further world is begun after it. */
export async function shrinkWorld(line: ReplayLine, limitMs: number): Promise<ShrunkWorld | undefined> {
  const beganMs = performance.now();
  const ms = (): number => performance.now() - beganMs;
  // What both worlds of a comparison have stays in both.
  const { base = [] } = line;
  const whole = await runLine(line, {});
  const [first] = whole.violations;
  if (first === undefined) return undefined;
  // With less that goes wrong it may come somewhat later, never minutes.
  const until = line.base === undefined ? { untilMs: first.atMonoMs + graceMs } : {};
  const run = (kept: readonly string[]): Promise<WorldEnd> => runLine({ ...line, kept: [...base, ...kept] }, until);
  const { invariant } = first;
  let { message } = first;
  const decisions = (whole.report?.decisions ?? []).filter((each) => !base.includes(each));
  const breaks = async (kept: readonly string[]): Promise<boolean> => {
    const found = (await run(kept)).violations.find((each) => each.invariant === invariant);
    if (found !== undefined) message = found.message;
    return found !== undefined;
  };
  const { kept, runs, isLeast } = await shrink(decisions, { breaks, isOver: () => ms() >= limitMs });
  return {
    ...{ invariant, message, decisions: decisions.length, runs, isLeast, ms: ms() },
    line: { ...line, kept: [...base, ...kept] },
  };
}
