/** I33: what a drill broke is over with it, all is as it was before it, and it is passed only for what really was. */
import type { PlannedFault } from '../model/drill.ts';
import type { DrillRun, Footing } from '../model/drill-run.ts';
import { sameWeights } from '../model/weights.ts';
import { footingOf } from './footing.ts';
import type { World } from './world.ts';

/** A look that comes later than this leaves a hole in what was measured, in milliseconds. */
const longestGapMs = 4000;

/** One drill, whoever runs it or undoes it. */
export interface Course {
  /** The desk it was begun at; who undoes it when its process has died sits beside that. */
  readonly desk: string;
  readonly faults: readonly PlannedFault[];
  readonly before: Footing;
  /** Epoch milliseconds. */
  readonly beganAtMs: number;
  /** Under which the gateway knows it. */
  readonly runs: Set<string>;
  /** What truly was done, of whatever the gateway or a cloud was asked for. */
  readonly hits: Set<string>;
  /** Boots that it has stopped where they stand. */
  readonly hung: Set<string>;
  /** Automatic failovers that it is the cause of. */
  readonly moves: Set<string>;
  /** When a move of a person's that began after it had moved the traffic, epoch milliseconds. */
  takenAtMs: number | undefined;
  /** Nothing else was amiss when it began, and nothing else has happened since. */
  isAlone: boolean;
}

/** A share says nothing of what is not about requests. */
export function hitOf({ kind, site, sharePct }: Pick<PlannedFault, 'kind' | 'site' | 'sharePct'>): string {
  return `${kind} ${site} ${kind === 'kill' || kind === 'hang' ? 100 : sharePct}`;
}

/** `abovePct`: what hits nothing is no harm, and yet is to go by itself. */
export function checkOver({ gateway, ghost }: World, { runs }: Course, why: string, abovePct: number): void {
  for (const { run, kind, site, sharePct } of gateway.faults?.inForce ?? [])
    if (runs.has(run) && sharePct > abovePct)
      ghost.violate('I33', `${kind} of ${run} is in force at ${site}, and ${why}`);
}

/** A fault of the drill's, by its place among them, is called undone. */
export function checkUndone({ gateway, ghost }: World, { faults, runs }: Course, index: number): void {
  const alike = faults.filter(({ kind, site }) => kind === faults[index]?.kind && site === faults[index]?.site);
  // Another one of its kind there may be due.
  if (alike.length > 1) return;
  for (const { run, kind, site, sharePct } of gateway.faults?.inForce ?? [])
    if (runs.has(run) && sharePct > 0 && alike.some((each) => each.kind === kind && each.site === site))
      ghost.violate('I33', `${kind} of ${run} is in force at ${site}, and is called undone`);
}

/** What was stopped where it stands goes on. */
export function checkAwake({ clouds, ghost }: World, { hung }: Course): void {
  for (const cloud of clouds.values())
    for (const bootId of cloud.hung)
      if (hung.has(bootId)) ghost.violate('I33', `${bootId} at ${cloud.site} hangs, and its drill is over`);
}

/** Whatever it came to, which is `end`. To be asked where nothing else has happened. */
export function checkBack(world: World, { before }: Course, end: string): void {
  const after = footingOf(world);
  const said = `after a drill that is ${end}`;
  if (!sameWeights(before.weights, after.weights))
    world.ghost.violate('I33', `the weights are ${show(after.weights)}, not ${show(before.weights)}, ${said}`);
  if (show(before.replicas) !== show(after.replicas))
    world.ghost.violate('I33', `the replicas are ${show(after.replicas)}, not ${show(before.replicas)}, ${said}`);
}

/** Held against what the gateway and the clouds did, and against when somebody looked. */
export function checkPassed({ ghost }: World, course: Course, { samples, faultAtMs, undoneAtMs }: DrillRun): void {
  for (const fault of course.faults)
    if (!course.hits.has(hitOf(fault)))
      ghost.violate('I33', `a drill is passed, and its ${fault.kind} was never in force at ${fault.site}`);
  if (faultAtMs === undefined || undoneAtMs === undefined)
    return ghost.violate('I33', 'a drill is passed, and nothing was broken, or it is not known when it was undone');
  const looks = samples.map(({ atMs }) => atMs).filter((atMs) => faultAtMs - longestGapMs < atMs && atMs < undoneAtMs);
  const moments = [faultAtMs, ...looks, undoneAtMs].sort((a, b) => a - b);
  for (const [index, atMs] of moments.entries()) {
    const forMs = atMs - (moments[index - 1] ?? atMs);
    if (forMs > longestGapMs) ghost.violate('I33', `a drill is passed, and nobody looked for ${forMs} ms`);
  }
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
