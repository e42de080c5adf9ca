/** One drill in a calm world, ended at each call that its process makes: by Ctrl-C, and by its death before, in and after the call. */
import { drillAtMs, drillScene } from '../../src/sim/scenes.ts';
import type { PointFailure } from './points.ts';
import type { ReplayLine } from './replay-line.ts';
import { runWorld } from './run-world.ts';

/** How the process of the drill is ended, and what the world came to. */
export interface DrillPoint {
  /** From 1: the process's calls, in order. */
  readonly call: number;
  readonly how: 'signal' | 'before' | 'in-flight' | 'after';
  readonly line: Omit<ReplayLine, 'commit'>;
}

const ownCall = /^call\/drill-1#(\d+)@([\d.]+)\+\d+:(before|in-flight|after)$/;

/** All there are: those of the world in which nothing ends it. */
export async function drillPoints(): Promise<readonly DrillPoint[]> {
  const { options } = drillScene();
  const decisions: string[] = [];
  const { violations, report } = await runWorld(options, { kept: [], onTry: (each) => decisions.push(each.decision) });
  if (violations[0] !== undefined || report?.drills['checked'] !== 1)
    throw new Error(`the drill by itself: ${violations[0]?.message ?? JSON.stringify(report?.drills)}`);
  return decisions.flatMap((decision) => {
    const [, count, atMs, how] = ownCall.exec(decision) ?? [];
    if (how === undefined) return [];
    const death = { call: Number(count), how: how as DrillPoint['how'], line: lineOf([decision]) };
    if (how !== 'before') return [death];
    const signal = lineOf([], Number(atMs) - drillAtMs);
    return [{ call: Number(count), how: 'signal' as const, line: signal }, death];
  });
}

function lineOf(kept: readonly string[], interruptAfterMs?: number): DrillPoint['line'] {
  const { options } = drillScene(interruptAfterMs === undefined ? {} : { interruptAfterMs });
  return { seed: options.seed, options, kept };
}

/** What is wrong with it; undefined: the drill was looked at when it was over, and all was as before. */
export async function tryDrillPoint({ call, how, line }: DrillPoint): Promise<PointFailure | undefined> {
  const { violations, report } = await runWorld(line.options, { kept: line.kept ?? [] });
  const unseen = { invariant: 'I33', message: 'nobody looked what it left', atMonoMs: report?.virtualMs ?? Number.NaN };
  const found = violations.length === 0 && report?.drills['checked'] !== 1 ? [unseen] : violations;
  return found.length === 0 ? undefined : { scene: `a drill: ${how} at call ${call}`, line, violations: found };
}
