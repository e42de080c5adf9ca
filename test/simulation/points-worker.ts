/** A thread that takes the next point, runs its worlds and tells what they came to: first those of a drill, then all single ones, then the pairs. */
import { parentPort, workerData } from 'node:worker_threads';
import { scenes } from '../../src/sim/scenes.ts';
import { drillPoints, tryDrillPoint } from './drill-points.ts';
import { isCrash, type PointEnd, pointsOf, tryPairs, trySingle } from './points.ts';

/** `control`: the next point, and whether none is to be begun any more. */
export interface PointsTask {
  readonly control: Int32Array<SharedArrayBuffer>;
}

const { control } = workerData as PointsTask;
const points = await pointsOf(scenes);
const crashes = points.filter(isCrash);
const drills = await drillPoints();
const stride = strideOf(crashes.length);
for (;;) {
  const turn = Atomics.add(control, 0, 1);
  if (Atomics.load(control, 1) !== 0) break;
  const end = await tryAt(turn);
  if (end === undefined) break;
  parentPort?.postMessage(end);
}

/** Undefined: there is no further one. */
async function tryAt(turn: number): Promise<PointEnd | undefined> {
  const drill = drills[turn];
  if (drill !== undefined) {
    const failure = await tryDrillPoint(drill);
    return { drills: 1, singles: 0, pairs: 0, failures: failure === undefined ? [] : [failure] };
  }
  const single = points[turn - drills.length];
  if (single !== undefined) return await trySingle(single);
  const nth = turn - drills.length - points.length;
  if (nth >= crashes.length) return undefined;
  // Every step has its turn early: whoever has not the time for all of them has some of each.
  const crash = crashes[(nth * stride) % crashes.length];
  return crash && (await tryPairs(crash));
}

/** Far from a divisor, so that every number below the count comes once. */
function strideOf(count: number): number {
  const isCommon = (a: number, b: number): boolean => (b === 0 ? a > 1 : isCommon(b, a % b));
  let stride = Math.round(count * 0.618);
  while (isCommon(stride, count)) stride += 1;
  return stride;
}
