/** Whether a step's condition holds in what was read back. Unknown is never read as yes. */
import type { Answer, Seen } from '../../model/outcome.ts';
import type { Step } from '../../model/plan.ts';
import type { Replica } from '../../model/replica.ts';
import type { RouteEntry } from '../../model/route.ts';
import type { StepSight } from '../../model/step-sight.ts';
import { sameWeights } from '../../model/weights.ts';
import { isAlive } from '../readiness.ts';

export function isReached(step: Step, seen: StepSight, nowMs: number): Answer {
  switch (step.kind) {
    case 'stamp':
      return answer(seen.isAcknowledged);
    case 'undo':
      return seen.faults.kind === 'unknown' ? 'unknown' : answer(seen.faults.value.length === 0);
    case 'launch':
      return launched(step.slots, seen);
    case 'hunt':
      return seen.hunted === undefined ? 'unknown' : hunted(step.replicas, seen.hunted);
    case 'prove':
      return answer(seen.ready.length >= step.replicas);
    case 'weigh':
      return ofRoute(seen.route, (entry) => sameWeights(entry.weights, step.weights));
    case 'fence':
      return ofRoute(seen.route, (entry) => isFenced(step, entry));
    case 'drain':
      return answer(seen.idleSinceMs !== undefined);
    case 'cut':
      return answer(seen.isAcknowledged || seen.idleSinceMs !== undefined);
    case 'stop':
      return stopped(step.how, seen);
    case 'settle':
      return answer(seen.calmSinceMs !== undefined && nowMs - Math.max(seen.calmSinceMs, seen.beganAtMs) >= step.forMs);
  }
}

/** Longer than a listing lags and a process takes to come up again, in milliseconds. */
const hopelessAfterMs = 10_000;

/** What is to be proven is gone: waiting for its start-up limit, which may be half an hour, would prove nothing. */
export function isHopeless(step: Step, { lackingSinceMs }: StepSight, nowMs: number): boolean {
  return step.kind === 'prove' && lackingSinceMs !== undefined && nowMs - lackingSinceMs >= hopelessAfterMs;
}

function isFenced({ site, isEmptied = false }: Step & { readonly kind: 'fence' }, entry: RouteEntry): boolean {
  return (entry.weights[site] ?? 0) === 0 && !(isEmptied && entry.spill.some((each) => each.site === site));
}

function answer(is: boolean): Answer {
  return is ? 'yes' : 'no';
}

function ofRoute(route: Seen<RouteEntry | undefined>, holds: (entry: RouteEntry) => boolean): Answer {
  if (route.kind === 'unknown') return 'unknown';
  return answer(route.value !== undefined && holds(route.value));
}

function launched(slots: readonly number[], seen: StepSight): Answer {
  if (seen.replicas.kind === 'unknown') return 'unknown';
  const alive = new Set(seen.replicas.value.filter(({ state }) => isAlive(state)).map(({ slot }) => slot));
  return answer(slots.every((slot) => alive.has(slot)));
}

function hunted(replicas: number, { placed, isWhole }: NonNullable<StepSight['hunted']>): Answer {
  const count = Object.values(placed).reduce((sum, slots) => sum + slots.length, 0);
  if (count >= replicas) return 'yes';
  return isWhole ? 'no' : 'unknown';
}

function stopped(how: 'stop' | 'delete', seen: StepSight): Answer {
  if (seen.replicas.kind === 'unknown') return 'unknown';
  if (seen.replicas.value.some(({ billed }) => billed === 'unknown')) return 'unknown';
  return answer(seen.replicas.value.every((replica) => isStopped(how, replica)));
}

/** Not running is not enough: whoever still pays for it has not stopped it. */
export function isStopped(how: 'stop' | 'delete', { state, billed }: Replica): boolean {
  return billed === 'no' && (how === 'stop' ? !isAlive(state) : state === 'gone');
}
