/** When a drill ends itself for what its users lose, whatever its own limits say. */
import type { DrillSample } from '../../model/drill-run.ts';
import { holeIn } from './measure.ts';

/** Most of the requests of a while that may be lost before a drill ends itself, 0–1. */
const mostLostRatio = 0.2;
/** That while, in milliseconds, and the fewest requests that say anything. */
const lostWithinMs = 10_000;
const fewestEnded = 10;
/** Of requests that only wait, this share is too much: some wait whenever traffic moves. 0–1. */
const mostWaitingRatio = 0.5;

/** Why a drill must end at once for what its users lose; undefined: it may go on. */
export function lossLimit(samples: readonly DrillSample[]): string | undefined {
  const last = samples.at(-1);
  const first = samples.findLast(({ atMs }) => last !== undefined && last.atMs - atMs >= lostWithinMs) ?? samples[0];
  if (last === undefined || first === undefined) return undefined;
  const hole = holeIn(samples.slice(-2));
  if (hole !== undefined) return hole;
  const [ended, lost] = [last.ended - first.ended, last.lost - first.lost];
  if (ended >= fewestEnded && lost > ended * mostLostRatio)
    return `${lost} of the last ${ended} requests were lost, at most ${mostLostRatio * 100} % may be`;
  const waiting = last.open - first.open;
  const all = ended + waiting;
  if (all >= fewestEnded && waiting + lost > all * mostWaitingRatio)
    return `${waiting} of the last ${all} requests wait for an answer, at most ${mostWaitingRatio * 100} % may`;
  return undefined;
}
