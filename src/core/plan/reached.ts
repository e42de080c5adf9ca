/** Whether a step's condition holds in what was read back. Unknown is never read as yes. */
import type { Answer } from '../../model/outcome.ts';
import type { Step } from '../../model/plan.ts';
import type { Replica } from '../../model/replica.ts';
import type { RouteEntry } from '../../model/route.ts';
import type { StepSight } from '../../model/step-sight.ts';
import { sameWeights } from '../../model/weights.ts';
import { isWithin } from '../elapsed.ts';
import { leastAbsenceMs } from '../listing.ts';
import { isAlive } from '../readiness.ts';
import { hasSlot, keptBy } from '../slots.ts';

export function isReached(step: Step, seen: StepSight, nowMs: number): Answer {
  switch (step.kind) {
    case 'stamp':
      return answer(seen.isAcknowledged);
    case 'undo':
      return seen.faults.kind === 'unknown' ? 'unknown' : answer(seen.faults.value.length === 0);
    case 'launch':
      return launched(step.slots, seen);
    case 'hunt':
      return seen.hunted === undefined ? 'unknown' : hunted(step, seen.hunted, seen.proven);
    case 'race':
      return answer((seen.proven ?? []).length >= (step.wins ?? 1));
    case 'release':
      return released(step, seen);
    case 'prove':
      return answer(seen.ready.length >= step.replicas);
    case 'weigh':
      return ofRoute(seen, ({ weights }) => sameWeights(weights, step.weights));
    case 'fence':
      return ofRoute(seen, (entry) => isFenced(step, entry));
    case 'drain':
      return answer(seen.idleSinceMs !== undefined);
    case 'cut':
      return answer(seen.isAcknowledged || seen.idleSinceMs !== undefined);
    case 'stop':
      return stopped(step.how, seen);
    case 'trim':
      return stopped(step.how, seen, step);
    case 'settle':
      return answer(seen.calmSinceMs !== undefined && nowMs - Math.max(seen.calmSinceMs, seen.beganAtMs) >= step.forMs);
  }
}

/** Longer than a listing lags and a process takes to come up again, in milliseconds. */
const hopelessAfterMs = 10_000;

/** What is to be proven is gone: waiting for its start-up limit, which may be half an hour, would prove nothing. */
export function isHopeless(step: Step, { lackingSinceMs }: StepSight, nowMs: number): boolean {
  const isProof = step.kind === 'prove' || step.kind === 'race';
  return isProof && lackingSinceMs !== undefined && nowMs - lackingSinceMs >= hopelessAfterMs;
}

function isFenced({ site, isEmptied = false }: Step & { readonly kind: 'fence' }, entry: RouteEntry): boolean {
  return (entry.weights[site] ?? 0) === 0 && !(isEmptied && entry.spill.some((each) => each.site === site));
}

function answer(is: boolean): Answer {
  return is ? 'yes' : 'no';
}

/** What may still arrive would undo it: with something newer in force it cannot. */
function ofRoute({ route, late = [] }: StepSight, holds: (entry: RouteEntry) => boolean): Answer {
  if (route.kind === 'unknown') return 'unknown';
  return answer(route.value !== undefined && holds(route.value) && late.every(holds));
}

function launched(slots: readonly number[], seen: StepSight): Answer {
  if (seen.replicas.kind === 'unknown') return 'unknown';
  const alive = new Set(seen.replicas.value.filter(({ state }) => isAlive(state)).map(({ slot }) => slot));
  return answer(slots.every((slot) => alive.has(slot)));
}

function hunted(
  { replicas, hedge }: Step & { readonly kind: 'hunt' },
  { placed, isWhole, isSpent = false }: NonNullable<StepSight['hunted']>,
  proven: readonly string[] = [],
): Answer {
  const counts = Object.values(placed).map(({ length }) => length);
  const hasAll = counts.reduce((sum, count) => sum + count, 0) >= replicas;
  const whole = counts.filter((count) => count >= replicas).length;
  // Nobody waits for a second site once the first is proven.
  const isHedged = hedge === undefined || whole >= hedge || isSpent || proven.length > 0;
  if (hasAll && isHedged) return 'yes';
  return isWhole ? 'no' : 'unknown';
}

/** `trim`: what it leaves alone; absent: nothing. */
function stopped(how: 'stop' | 'delete', seen: StepSight, trim?: Step & { readonly kind: 'trim' }): Answer {
  if (seen.replicas.kind === 'unknown') return 'unknown';
  const gone = seen.replicas.value.filter(({ slot }) => trim === undefined || !hasSlot(keptBy(trim), slot));
  if (gone.some(({ billed }) => billed === 'unknown')) return 'unknown';
  return answer(gone.every((replica) => isStopped(how, replica)));
}

/** What has traffic by now is not stopped. What no list shows is gone only once a list had to show it, and for long enough. */
function released(
  { site, how, own }: Step & { readonly kind: 'release' },
  { route, replicas, absentSinceMs }: StepSight,
): Answer {
  if (route.kind === 'seen' && (route.value?.weights[site] ?? 0) > 0) return 'yes';
  if (replicas.kind === 'unknown') return 'unknown';
  const answers = (own?.starts ?? []).map(({ startKey, atMs, listedWithinMs }): Answer => {
    const made = replicas.value.filter((each) => each.startKey === startKey);
    if (made.length === 0) {
      const isOld = absentSinceMs !== undefined && !isWithin(leastAbsenceMs + 1, absentSinceMs, replicas.asOfMs);
      return answer(isOld && !isWithin(listedWithinMs + 1, atMs, replicas.asOfMs));
    }
    if (made.some(({ billed }) => billed === 'unknown')) return 'unknown';
    return answer(made.every((each) => isStopped(how, each)));
  });
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

/** Not running is not enough: whoever still pays for it has not stopped it. */
export function isStopped(how: 'stop' | 'delete', { state, billed }: Replica): boolean {
  return billed === 'no' && (how === 'stop' ? !isAlive(state) : state === 'gone');
}
