/** When a drill ends itself for what its users lose, whatever its own limits say. */
import type { DrillSample } from '../../model/drill-run.ts';

/** Most of the requests of a while that may be lost before a drill ends itself, 0–1. */
const mostLostRatio = 0.2;
/** That while, in milliseconds, and the fewest requests that say anything. */
const lostWithinMs = 10_000;
const fewestEnded = 10;
/** Of requests that only wait, this share is too much: some wait whenever traffic moves. 0–1. */
const mostWaitingRatio = 0.5;

/** Why a drill must end at once for what its users lose; undefined: it may go on. */
export function lossLimit(all: readonly DrillSample[]): string | undefined {
  // Of a gateway that was started anew the counts before say nothing.
  const samples = all.slice(
    Math.max(
      0,
      all.findLastIndex(({ ended }, index) => ended < (all[index - 1]?.ended ?? 0)),
    ),
  );
  const last = samples.at(-1);
  const first = samples.findLast(({ atMs }) => last !== undefined && last.atMs - atMs >= lostWithinMs) ?? samples[0];
  if (last === undefined || first === undefined) return undefined;
  const [ended, lost] = [last.ended - first.ended, last.lost - first.lost];
  if (ended >= fewestEnded && lost > ended * mostLostRatio)
    return `${lost} of the last ${ended} requests were lost, at most ${mostLostRatio * 100}% may be`;
  const waiting = last.open - first.open;
  const asked = ended + waiting;
  if (asked >= fewestEnded && waiting + lost > asked * mostWaitingRatio)
    return `${waiting} of the last ${asked} requests wait for an answer, at most ${mostWaitingRatio * 100}% may`;
  return undefined;
}
