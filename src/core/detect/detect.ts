/** Turns one replica boot's observations by one probe into a condition. */
import type { Condition, ConditionState } from '../../model/condition.ts';
import type { Observation } from '../../model/observation.ts';
import type { DetectorPolicy } from '../../model/policy.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';
import { countRuns } from './consecutive.ts';
import { phiOf } from './phi.ts';
import { badRatioOf } from './ratio.ts';

export interface StartUp {
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  readonly timeoutMs: number;
}

/** `history`: of one boot, one probe and one vantage, oldest first, not empty. */
export function detect(
  history: readonly Observation[],
  spec: ProbeSpec,
  policy: DetectorPolicy,
  startUp: StartUp,
  nowMs: number,
): Condition {
  const state = stateAt(history, policy, startUp, nowMs);
  const newest = history.at(-1);
  const worst = state === 'good' ? undefined : history.findLast(({ outcome }) => outcome !== 'good');
  return {
    replica: newest?.replica ?? '',
    probe: spec.name,
    plane: newest?.plane ?? 'data',
    vantage: newest?.vantage ?? '',
    state,
    sinceMs: sinceOf(history, state, nowMs),
    asOfMs: newest?.atMs ?? 0,
    ...countRuns(history),
    reason: worst?.reason,
    detail: worst?.detail,
  };
}

function stateAt(
  history: readonly Observation[],
  policy: DetectorPolicy,
  startUp: StartUp,
  nowMs: number,
): ConditionState {
  const known = history.filter(({ outcome }) => outcome !== 'unknown');
  const newest = known.at(-1);
  if (newest === undefined || nowMs - newest.atMs > policy.staleAfterMs) return 'unknown';
  const firstGood = known.findIndex(({ outcome }) => outcome === 'good');
  if (firstGood < 0 && nowMs - startUp.startedAtMs < startUp.timeoutMs) return 'starting';
  // What a model answered while it loaded is not held against it afterwards.
  return stateOf(firstGood < 0 ? known : known.slice(firstGood), policy, nowMs);
}

function stateOf(known: readonly Observation[], policy: DetectorPolicy, nowMs: number): ConditionState {
  const { failuresInARow, successesInARow } = countRuns(known);
  if (failuresInARow >= policy.failuresInARow) return 'bad';
  const isRecovering = hadBadRun(known, policy.failuresInARow) && successesInARow < policy.successesInARow;
  if (isRecovering) return 'bad';
  const ratio = badRatioOf(known, policy.windowMs, policy.minimumSamples, nowMs);
  if (ratio !== undefined && ratio >= policy.badRatio && successesInARow < policy.successesInARow) return 'bad';
  return (phiOf(known) ?? 0) >= policy.slowPhi ? 'slow' : 'good';
}

/** A run of failures long enough to have been called bad, with the successes after it too few to call it over. */
function hadBadRun(known: readonly Observation[], failuresInARow: number): boolean {
  let index = known.length - 1;
  while (index >= 0 && known[index]?.outcome === 'good') index -= 1;
  let failures = 0;
  while (index >= 0 && known[index]?.outcome === 'bad') {
    failures += 1;
    index -= 1;
  }
  return failures >= failuresInARow;
}

/** When the trailing run began that made the state: for bad, the first failure of it. */
function sinceOf(history: readonly Observation[], state: ConditionState, nowMs: number): number {
  const wanted = state === 'good' || state === 'slow' ? 'good' : state === 'bad' ? 'bad' : undefined;
  if (wanted === undefined) return history.at(-1)?.atMs ?? nowMs;
  let sinceMs: number | undefined;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const each = history[index];
    if (each === undefined || each.outcome === 'unknown') continue;
    if (each.outcome === wanted) sinceMs = each.atMs;
    else if (sinceMs !== undefined) break;
  }
  return sinceMs ?? nowMs;
}
