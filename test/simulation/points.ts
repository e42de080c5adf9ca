/** A scene with each misfortune at each call, and with each pair of crashes within one step: all must come out as without them. */
import type { Violation } from '../../src/sim/ghost.ts';
import type { Scene } from '../../src/sim/scenes.ts';
import type { Try } from '../../src/sim/world-terms.ts';
import type { ReplayLine } from './replay-line.ts';
import { runLine } from './run-line.ts';
import type { WorldEnd } from './run-world.ts';

/** What could go wrong once in a scene, and how the scene ends when nothing does. */
export interface Point {
  readonly scene: Scene;
  readonly decision: string;
  readonly without: WorldEnd;
}

export interface PointEnd {
  /** Worlds in which a drill was ended. */
  readonly drills: number;
  /** Worlds that were run, with one misfortune and with two crashes. */
  readonly singles: number;
  readonly pairs: number;
  readonly failures: readonly PointFailure[];
}

export interface PointFailure {
  readonly scene: string;
  readonly line: PointLine;
  readonly violations: readonly Violation[];
}

type PointLine = Omit<ReplayLine, 'commit'>;

/** Where a process is ended for good: of these the pairs are made. */
const crash = /^call\/.*:(before|in-flight|after)$/;

/** Of all scenes, in the order they are tried. Throws when a scene does not come out well by itself. */
export async function pointsOf(scenes: readonly Scene[]): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (const scene of scenes) {
    const tries: Try[] = [];
    const { options, kept } = scene;
    const without = await runLine({ options, kept }, { onTry: (attempt) => tries.push(attempt) });
    if (without.violations[0] !== undefined) throw new Error(`${scene.name}: ${without.violations[0].message}`);
    for (const { decision } of tries) if (isPartOf(scene, decision)) points.push({ scene, decision, without });
  }
  return points;
}

/** The world with this one misfortune. */
export async function trySingle(point: Point): Promise<PointEnd> {
  return { drills: 0, singles: 1, pairs: 0, failures: await tryAll(point, [[point.decision]]) };
}

/** Whether the process is ended in a step that it can be ended in again. */
export function isCrash({ decision }: Point): boolean {
  return crash.test(decision);
}

/** After a crash in a step: the worlds with another one, at each call before the step is over. */
export async function tryPairs(point: Point): Promise<PointEnd> {
  const { scene, decision } = point;
  const tries: Try[] = [];
  await runLine(lineOf(scene, [decision]), { onTry: (attempt) => tries.push(attempt) }, point.without);
  const struck = tries.findIndex((each) => each.decision === decision);
  const step = tries[struck]?.step;
  if (step === undefined) return { drills: 0, singles: 0, pairs: 0, failures: [] };
  const seconds = tries
    .slice(struck + 1)
    .filter((each) => each.step === step && crash.test(each.decision) && atMsOf(each.decision) > atMsOf(decision));
  const pairs = seconds.map((second) => [decision, second.decision]);
  return { drills: 0, singles: 0, pairs: pairs.length, failures: await tryAll(point, pairs) };
}

async function tryAll(
  { scene, without }: Point,
  schedules: readonly (readonly string[])[],
): Promise<readonly PointFailure[]> {
  const failures: PointFailure[] = [];
  for (const added of schedules) {
    const line = lineOf(scene, added);
    const { violations } = await runLine(line, {}, without);
    if (violations.length > 0) failures.push({ scene: scene.name, line, violations });
  }
  return failures;
}

function lineOf({ options, kept }: Scene, added: readonly string[]): PointLine {
  return { seed: options.seed, options, kept: [...kept, ...added], base: kept };
}

/** What comes before the scene begins belongs to the one in which all is started. */
function isPartOf({ kept, options }: Scene, decision: string): boolean {
  const typedAtMs = options.script.flatMap(({ when }) => ('atMs' in when ? [when.atMs] : []));
  const beganAtMs = Math.max(0, ...kept.map(atMsOf), ...typedAtMs);
  return !decision.startsWith('siteFault') && atMsOf(decision) >= beganAtMs;
}

function atMsOf(decision: string): number {
  return Number(/@([\d.]+)\+/.exec(decision)?.[1]);
}
