/** One second of a drill: keep up what is broken, look, and see whether it may go on. */
import { lossLimit } from '../../core/drill/loss-limit.ts';
import { span } from '../../model/words.ts';
import { keepUp } from './faults.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { SiteFaults } from './site-faults.ts';
import { takenBy } from './taken.ts';
import { type Watcher, whatHolds } from './watch-turn.ts';

/** A gateway that says nothing for so long ends the drill: what is not measured proves nothing. Milliseconds. */
const blindMs = 8000;

/** Why it ends before its time. */
export interface Stop {
  readonly why: string;
  /** Somebody else moves the traffic: what the weights are is theirs. */
  readonly isTaken?: boolean;
}

/** `sinceMs`: since the first fault; below 0 nothing is broken yet. */
export async function turn(
  rehearsal: Rehearsal,
  watcher: Watcher,
  siteFaults: SiteFaults | undefined,
  { sinceMs, signal }: { readonly sinceMs: number; readonly signal: AbortSignal },
): Promise<Stop | undefined> {
  if (signal.aborted) return { why: 'interrupted' };
  // First, for it says who it was: a move of a person undoes the fault itself.
  const mover = await takenBy(rehearsal);
  if (mover !== undefined) return { why: mover, isTaken: true };
  rehearsal.isUp = true;
  const gone = (await keepUp(rehearsal, sinceMs, signal)) ?? (await siteFaults?.turn(sinceMs, signal));
  // It may have begun between the two looks.
  const late = gone === undefined ? undefined : await takenBy(rehearsal);
  if (gone !== undefined) return { why: late ?? gone, isTaken: late !== undefined };
  await watcher.tick(signal);
  return undefined;
}

/** Until the last fault's time is over, or something ends it before. */
export async function inflict(
  rehearsal: Rehearsal,
  watcher: Watcher,
  siteFaults: SiteFaults,
  signal: AbortSignal,
): Promise<Stop | undefined> {
  const { deps, drill, recorder } = rehearsal;
  await recorder.write({ kind: 'stage', stage: 'fault' });
  const lastMs = Math.max(...drill.faults.map(({ atMs, forMs }) => atMs + forMs));
  const beganMonoMs = deps.clock.monoMs();
  for (let sinceMs = 0; sinceMs < lastMs; sinceMs = deps.clock.monoMs() - beganMonoMs) {
    const stop = await turn(rehearsal, watcher, siteFaults, { sinceMs, signal });
    if (stop !== undefined) return stop;
    const limit = limitOf(rehearsal);
    if (limit !== undefined) return { why: limit };
  }
  return undefined;
}

/** What its users lose, a limit of its own, or that neither is seen ends it; undefined: it may go on. */
export function limitOf(rehearsal: Rehearsal): string | undefined {
  const unseenMs = rehearsal.deps.clock.nowMs() - (rehearsal.samples.at(-1)?.atMs ?? 0);
  if (unseenMs > blindMs) return `the gateway’s counts are not seen for ${span(unseenMs)}`;
  const loss = lossLimit(rehearsal.samples);
  if (loss !== undefined) return loss;
  const reached = whatHolds(rehearsal, rehearsal.drill.abortIf);
  return reached === undefined ? undefined : `abortIf: ${reached}`;
}
