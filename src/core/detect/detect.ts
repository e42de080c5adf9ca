/** Turns one replica boot's observations by one probe into a condition. */
import type { Condition, ConditionState } from '../../model/condition.ts';
import type { Observation } from '../../model/observation.ts';
import type { DetectorPolicy } from '../../model/policy.ts';
import type { ProbeSpec } from '../../model/probe-spec.ts';
import { countRuns } from './consecutive.ts';
import { phiOf } from './phi.ts';
import { badRatioOf } from './ratio.ts';

/** When a boot began, and how long it may load before silence counts against it. */
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
  const known = knownOf(history);
  const state = stateAt(known, policy, startUp, nowMs);
  const newest = history.at(-1);
  // What made it so: an answer that could not be seen says nothing of a replica that is bad.
  const against = state === 'unknown' ? 'unknown' : 'bad';
  const runs = countRuns(history);
  const worst = state === 'good' ? undefined : history.findLast(({ outcome }) => outcome === against);
  return {
    replica: newest?.replica ?? '',
    probe: spec.name,
    plane: newest?.plane ?? 'data',
    vantage: newest?.vantage ?? '',
    state,
    sinceMs: sinceOf(history, known, state, policy, nowMs),
    asOfMs: newest?.atMs ?? 0,
    ...runs,
    failingSinceMs: runs.failuresInARow > 0 ? runBegan(known, 'bad', nowMs) : undefined,
    reason: worst?.reason,
    detail: worst?.detail,
    ...slowestToken(history),
  };
}

/** The slowest pace in the window: what a drain must wait for. */
function slowestToken(history: readonly Observation[]): Pick<Condition, 'perTokenMs'> {
  let slowest: number | undefined;
  for (const { perTokenMs } of history)
    if (perTokenMs !== undefined && perTokenMs > (slowest ?? -1)) slowest = perTokenMs;
  return slowest === undefined ? {} : { perTokenMs: slowest };
}

function stateAt(
  known: readonly Observation[],
  policy: DetectorPolicy,
  startUp: StartUp,
  nowMs: number,
): ConditionState {
  const newest = known.at(-1);
  if (newest === undefined || nowMs - newest.atMs > policy.staleAfterMs) return 'unknown';
  const served = sinceFirstGood(known);
  if (served === undefined && nowMs - startUp.startedAtMs < startUp.timeoutMs) return 'starting';
  const judged = served ?? known;
  if (isBad(judged, judged.length, policy, nowMs)) return 'bad';
  return (phiOf(judged) ?? 0) >= policy.slowPhi ? 'slow' : 'good';
}

function knownOf(history: readonly Observation[]): readonly Observation[] {
  return history.some(({ outcome }) => outcome === 'unknown')
    ? history.filter(({ outcome }) => outcome !== 'unknown')
    : history;
}

/** What a model answered while it loaded is not held against it afterwards; undefined while it has not served yet. */
function sinceFirstGood(known: readonly Observation[]): readonly Observation[] | undefined {
  const first = known.findIndex(({ outcome }) => outcome === 'good');
  if (first < 0) return undefined;
  return first === 0 ? known : known.slice(first);
}

/** Judges the first `count` answers, as they stood at `nowMs`. */
function isBad(known: readonly Observation[], count: number, policy: DetectorPolicy, nowMs: number): boolean {
  const { failuresInARow, successesInARow } = countRuns(known, count);
  if (failuresInARow >= policy.failuresInARow) return true;
  if (successesInARow >= policy.successesInARow) return false;
  if (hadBadRun(known, count, policy.failuresInARow)) return true;
  const ratio = badRatioOf(known, policy, nowMs, count);
  return ratio !== undefined && ratio >= policy.badRatio;
}

/** A run of failures long enough to have been called bad, with the successes after it too few to call it over. */
function hadBadRun(known: readonly Observation[], count: number, failuresInARow: number): boolean {
  let index = count - 1;
  while (index >= 0 && known[index]?.outcome === 'good') index -= 1;
  let failures = 0;
  while (index >= 0 && known[index]?.outcome === 'bad') {
    failures += 1;
    index -= 1;
  }
  return failures >= failuresInARow;
}

/** Since when the state holds: for bad, since the first failure of the run that made it so. */
function sinceOf(
  history: readonly Observation[],
  known: readonly Observation[],
  state: ConditionState,
  policy: DetectorPolicy,
  nowMs: number,
): number {
  switch (state) {
    case 'bad':
      return runBegan(badFrom(known, policy), 'bad', nowMs);
    case 'good':
    case 'slow':
      return runBegan(known, 'good', nowMs);
    case 'starting':
      // Since when it does not answer: once the provider calls it gone that is how long it has been bad.
      return runBegan(known, 'bad', nowMs);
    case 'unknown':
      return history.at(-1)?.atMs ?? nowMs;
  }
}

/**
 * The history up to the answer that made it bad. A good answer between the failures does not begin a new bad state:
 * what fails every other time would else never be bad for long enough.
 */
function badFrom(known: readonly Observation[], policy: DetectorPolicy): readonly Observation[] {
  const served = sinceFirstGood(known) ?? known;
  const lastOther = served.findLastIndex(({ atMs }, index) => !isBad(served, index + 1, policy, atMs));
  return served.slice(0, lastOther + 2);
}

/** When the newest run of such answers began; now without any. */
function runBegan(known: readonly Observation[], outcome: 'good' | 'bad', nowMs: number): number {
  let beganMs = nowMs;
  for (let index = known.findLastIndex((each) => each.outcome === outcome); index >= 0; index -= 1) {
    const each = known[index];
    if (each?.outcome !== outcome) break;
    beganMs = Math.min(beganMs, each.atMs);
  }
  return beganMs;
}
